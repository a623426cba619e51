// What is changed in a ValidatingWebhookConfiguration, and in whose.
#include "admission/webhook/ca_bundle.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rotor::admission {
namespace {

json::Value configuration(std::string_view webhooks) {
  return *json::parse(fmt::format(R"({{"metadata":{{"name":"secretstore-validate"}},"webhooks":{}}})", webhooks));
}

TEST(CaBundle, IsGivenToOurWebhooksAloneAndGuardedByTheirNames) {
  const json::Value object = configuration(
      R"([{"name":"validate.secretstore.external-secrets.io","clientConfig":{"service":{"name":"s"}}},)"
      R"({"name":"somebody.else.io","clientConfig":{"caBundle":"eA=="}},)"
      R"({"name":"validate.clustersecretstore.external-secrets.io","clientConfig":{"caBundle":"eA=="}}])");
  EXPECT_EQ(bundle_patch(object, "new"),
            R"([{"op":"test","path":"/webhooks/0/name","value":"validate.secretstore.external-secrets.io"},)"
            R"({"op":"add","path":"/webhooks/0/clientConfig/caBundle","value":"bmV3"},)"
            R"({"op":"test","path":"/webhooks/2/name","value":"validate.clustersecretstore.external-secrets.io"},)"
            R"({"op":"add","path":"/webhooks/2/clientConfig/caBundle","value":"bmV3"}])");
}

TEST(CaBundle, IsNotWrittenAgain) {
  const json::Value object =
      configuration(R"([{"name":"validate.secretstore.external-secrets.io","clientConfig":{"caBundle":"bmV3"}}])");
  EXPECT_EQ(bundle_patch(object, "new"), std::nullopt);
  EXPECT_EQ(bundle_patch(configuration("[]"), "new"), std::nullopt);
  EXPECT_EQ(bundle_patch(configuration("null"), "new"), std::nullopt);
  EXPECT_EQ(bundle_patch(configuration("[7]"), "new"), std::nullopt);
}

TEST(CaBundle, IsForConfigurationsOfOursByTheirLabel) {
  const auto labelled = [](std::string_view labels) {
    return *json::parse(fmt::format(R"({{"metadata":{{"labels":{}}}}})", labels));
  };
  EXPECT_TRUE(is_our_configuration(labelled(R"({"app.kubernetes.io/name":"rotor"})")));
  EXPECT_FALSE(is_our_configuration(labelled(R"({"app.kubernetes.io/name":"external-secrets-webhook"})")));
  EXPECT_FALSE(is_our_configuration(labelled("null")));
  EXPECT_FALSE(is_our_configuration(*json::parse("{}")));
}

}  // namespace
}  // namespace rotor::admission
