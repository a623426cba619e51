#include "apiserver/server/tokens.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/time.hpp"

namespace rotor::apiserver {
namespace {

using namespace std::chrono_literals;

class Tokens : public testing::Test {
 protected:
  TokenIssuer issuer{"https://127.0.0.1:1", "https://127.0.0.1:1"};
  WallTime now = parse_time("2026-01-01T00:00:00Z").value();

  std::string issue(const std::vector<std::string>& audiences = {"a"}) {
    return std::string(issuer.issue({"ns", "sa", "uid"}, audiences, now, 600s).reveal());
  }
};

TEST_F(Tokens, NameTheServiceAccountTheyWereIssuedFor) {
  const auto subject = issuer.verify(issue({"a", "b"}), "b", now + 599s);
  ASSERT_TRUE(subject.has_value()) << subject.error().message;
  EXPECT_EQ(subject->ns, "ns");
  EXPECT_EQ(subject->service_account, "sa");
  EXPECT_EQ(subject->uid, "uid");
}

TEST_F(Tokens, AreRefusedWhenExpiredForOthersOrForged) {
  const std::string token = issue();
  EXPECT_FALSE(issuer.verify(token, "b", now).has_value());
  EXPECT_FALSE(issuer.verify(token, "a", now + 600s).has_value());
  EXPECT_FALSE(TokenIssuer("https://127.0.0.1:1", "https://127.0.0.1:1").verify(token, "a", now).has_value());
  std::string forged = token;
  forged[token.find('.') + 5] = forged[token.find('.') + 5] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(issuer.verify(forged, "a", now).has_value());
  for (const char* text : {"", "a", "a.b", "a.b.c", "..."}) EXPECT_FALSE(issuer.verify(text, "a", now).has_value());
}

TEST_F(Tokens, LookLikeKubernetesTokens) {
  const std::string token = issue();
  const auto dot = token.find('.');
  const auto payload = base64_decode(token.substr(dot + 1, token.rfind('.') - dot - 1), Base64::kRawUrl).value();
  const json::Value claims = json::parse(payload).value();
  EXPECT_EQ(json::find_string(claims, "sub"), "system:serviceaccount:ns:sa");
  EXPECT_EQ(json::find_string(claims, "iss"), "https://127.0.0.1:1");
  const json::Object keys = issuer.key_set();
  EXPECT_EQ(json::find_string(json::parse(base64_decode(token.substr(0, dot), Base64::kRawUrl).value()).value(), "kid"),
            json::find_string(keys.at("keys").get_array()[0], "kid"));
}

}  // namespace
}  // namespace rotor::apiserver
