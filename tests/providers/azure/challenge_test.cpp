#include "providers/azure/challenge.hpp"

#include <gtest/gtest.h>

namespace rotor::providers::azure {
namespace {

struct ChallengeCase {
  std::string header;
  std::string authorization;
  std::string scope;
  std::string claims{};
};

TEST(AzureChallenge, IsReadInEveryFormServersUse) {
  const std::vector<ChallengeCase> cases = {
      {R"(Bearer authorization="https://login.windows.net/t", resource="https://vault.azure.net")",
       "https://login.windows.net/t", "https://vault.azure.net/.default"},
      {R"(bearer authorization_uri=https://login/t resource=https://vault.azure.net/)", "https://login/t",
       "https://vault.azure.net/.default"},
      {R"(Bearer   scope="https://v.example/.default" ,authorization="https://l/t")", "https://l/t",
       "https://v.example/.default"},
      {R"(Bearer authorization="https://l/t",,resource="a\"b")", "https://l/t", "a\"b/.default"},
      {R"(Bearer realm, resource="https://x")", "", "https://x/.default"},
      {R"(Bearer resource="unterminated)", "", "unterminated/.default"},
      {R"(Bearer error="insufficient_claims", claims="eyJhIjoxfQ==")", "", "", R"({"a":1})"},
      {R"(Bearer error="insufficient_claims", claims="eyJhIjoxfQ")", "", "", R"({"a":1})"},
      {R"(Bearer error="insufficient_claims", claims="!")", "", "", ""},
      {"Bearer ", "", "", ""},
  };
  for (const ChallengeCase& c : cases) {
    const auto got = read_challenge({{"Date", "x"}, {"www-authenticate", "PoP a=b"}, {"WWW-Authenticate", c.header}});
    ASSERT_TRUE(got) << c.header;
    EXPECT_EQ(got->authorization, c.authorization) << c.header;
    EXPECT_EQ(got->scope, c.scope) << c.header;
    EXPECT_EQ(got->claims, c.claims) << c.header;
    EXPECT_EQ(got->wants_claims(), !c.claims.empty()) << c.header;
  }
  EXPECT_FALSE(read_challenge({{"WWW-Authenticate", "Basic realm=x"}}));
  EXPECT_FALSE(read_challenge({}));
}

TEST(AzureChallenge, NamesTheTenant) {
  EXPECT_EQ((Challenge{.authorization = "https://login.windows.net/t-1/"}).tenant(), "t-1");
  EXPECT_EQ((Challenge{.authorization = "https://login.windows.net"}).tenant(), "");
  EXPECT_EQ((Challenge{}).tenant(), "");
}

TEST(AzureChallenge, TokensGoBelowTheNameTheyAreForAlone) {
  EXPECT_TRUE(check_scope_host("https://vault.azure.net/.default", "https://team.vault.azure.net"));
  EXPECT_TRUE(check_scope_host("https://vault.azure.net/.default", "https://a.b.vault.azure.net:8443"));
  for (const char* vault : {"https://vault.azure.net", "https://xvault.azure.net",
                            "https://vault.azure.net.evil.example", "https://.vault.azure.net"}) {
    EXPECT_FALSE(check_scope_host("https://vault.azure.net/.default", vault)) << vault;
  }
  EXPECT_FALSE(check_scope_host("nonsense/.default", "https://team.vault.azure.net"));
}

}  // namespace
}  // namespace rotor::providers::azure
