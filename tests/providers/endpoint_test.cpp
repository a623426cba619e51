#include "providers/common/endpoint.hpp"

#include <gtest/gtest.h>

#include "providers/common/name_filter.hpp"

namespace rotor::providers {
namespace {

TEST(Endpoint, TakesHttpsAndPlainHttpWhereNobodyListens) {
  for (const std::string_view url :
       {"https://vault.example.com:8200/base", "http://127.0.0.1:8200", "http://[::1]:1/", "http://localhost:8200",
        "http://vault:8200", "http://vault.vault.svc:8200", "http://vault.vault.svc.cluster.local"}) {
    EXPECT_TRUE(check_endpoint("spec.provider.vault.server", url, PlainHttp::kNearby)) << url;
  }
}

TEST(Endpoint, RefusesWhatWouldSendACredentialAstrayAndNamesTheField) {
  for (const std::string_view url :
       {"http://vault.example.com", "http://vault.svc", "http://a.svc.example.com", "https://user:pw@vault.example.com",
        "https://vault.example.com/#x", "https://169.254.169.254/latest", "https://[fe80::1]/", "http://2852039166/",
        "https://[::ffff:a9fe:a9fe]/", "https://metadata.google.internal", "https://metadata.google.internal.",
        "https://168.63.129.16", "http://0.0.0.0/", "ftp://vault", "vault.example.com", ""}) {
    const auto checked = check_endpoint("spec.provider.vault.server", url, PlainHttp::kNearby);
    ASSERT_FALSE(checked) << url;
    EXPECT_EQ(checked.error().code, Code::kInvalid);
    EXPECT_TRUE(checked.error().message.starts_with("spec.provider.vault.server")) << checked.error().message;
    EXPECT_FALSE(checked.error().message.contains("pw")) << checked.error().message;
  }
}

TEST(Endpoint, TakesPlainHttpElsewhereWhereTheAdministratorSaysSo) {
  const auto refused = check_endpoint("spec.provider.vault.server", "http://vault.example.com", PlainHttp::kNearby);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.contains("--allow-plain-http-endpoints")) << refused.error().message;
  EXPECT_TRUE(check_endpoint("spec.provider.vault.server", "http://vault.example.com", PlainHttp::kAnywhere));
  for (const std::string_view url : {"http://169.254.169.254/", "http://metadata.google.internal", "http://2852039166/",
                                     "http://user:pw@vault.example.com", "http://vault.example.com/#x"}) {
    EXPECT_FALSE(check_endpoint("spec.provider.vault.server", url, PlainHttp::kAnywhere)) << url;
  }
}

TEST(Endpoint, ANextPageMayOnlyBeOnTheSameServer) {
  EXPECT_TRUE(same_origin("https://a.example.com/x", "https://A.example.com:443/y?z"));
  EXPECT_FALSE(same_origin("https://a.example.com/x", "http://a.example.com/x"));
  EXPECT_FALSE(same_origin("https://a.example.com/x", "https://a.example.com:444/x"));
  EXPECT_FALSE(same_origin("https://a.example.com/x", "https://b.example.com/x"));
  EXPECT_FALSE(same_origin("https://a.example.com/x", "not a url"));
}

TEST(NameFilter, SearchesAnywhereAndRefusesABrokenExpressionByItsText) {
  EXPECT_TRUE(NameFilter::make(std::nullopt)->wants("anything"));
  EXPECT_TRUE(NameFilter::make("^a/.*b$")->wants("a/x/b"));
  EXPECT_TRUE(NameFilter::make("x")->wants("a/x/b"));
  EXPECT_FALSE(NameFilter::make("^x")->wants("a/x/b"));
  const auto broken = NameFilter::make("a(");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Code::kInvalid);
  EXPECT_TRUE(broken.error().message.starts_with("could not compile find.name.regexp [a(]: "))
      << broken.error().message;
}

}  // namespace
}  // namespace rotor::providers
