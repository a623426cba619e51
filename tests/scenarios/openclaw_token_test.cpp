// The gateway's token: whose it is, where it is told, and what never happens to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "tests/scenarios/openclaw_world.hpp"

namespace rotor::test {
namespace {

class OpenClawToken : public testing::Test {
 protected:
  void provisioned(std::string_view spec = "{}") {
    world.instance("foo", spec);
    world.start_operator();
    world.until("the status", [this] { return !world.condition("foo", "StatefulSetReady").empty(); });
  }
  std::string in_secret() {
    const json::Value secret = world.get(kSecrets, "foo-gateway-token");
    return base64_decode(json::find_string(secret, "data.token")).value_or("");
  }
  std::string in_file() {
    const json::Value map = world.get(kConfigMaps, "foo-config");
    const json::Value* text = json::find(map, "data")->as_object().if_contains("openclaw.json");
    return std::string(json::find_string(json::parse(text->as_string()).value(), "gateway.auth.token"));
  }
  // The main container's variable of that name, as JSON; every one of them.
  std::vector<std::string> variables() {
    std::vector<std::string> found;
    const json::Value workload = world.get(kStatefulSets, "foo");
    const json::Value& main = json::find(workload, "spec.template.spec.containers")->at(0);
    for (const json::Value& variable : main.at("env").as_array()) {
      if (json::find_string(variable, "name") == "OPENCLAW_GATEWAY_TOKEN") found.push_back(json::serialize(variable));
    }
    return found;
  }

  OpenClawWorld world;
};

TEST_F(OpenClawToken, B084ATokenIsMadeToldAndNamed) {
  provisioned();
  EXPECT_THAT(in_secret(), testing::MatchesRegex("[0-9a-f]+"));
  EXPECT_EQ(in_secret().size(), 64U);
  EXPECT_EQ(in_file(), in_secret());
  EXPECT_EQ(json::find_string(world.get(kInstances, "foo"), "status.managedResources.gatewayTokenSecret"),
            "foo-gateway-token");
  world.until("the event", [this] { return world.events("GatewayTokenCreated").size() == 1; });
}

TEST_F(OpenClawToken, B085AnEditedTokenIsNeverOverwrittenAndReachesTheFile) {
  provisioned();
  world.secret("foo-gateway-token", R"({"token":"bWluZQ=="})");
  world.until("the file", [this] { return in_file() == "mine"; });
  world.settle_after("foo", [this] { world.merge(kInstances, "foo", R"({"metadata":{"labels":{"a":"b"}}})"); });
  EXPECT_EQ(in_secret(), "mine");
}

TEST_F(OpenClawToken, B086WithTheUsersOwnSecretNoneIsMade) {
  world.secret("gw", R"({"token":"b25l"})");
  provisioned(R"({"gateway":{"existingSecret":"gw"}})");
  EXPECT_TRUE(world.get(kSecrets, "foo-gateway-token").is_null());
  EXPECT_THAT(variables(), testing::ElementsAre(testing::HasSubstr(R"("secretKeyRef":{"name":"gw","key":"token"})")));
}

// The file would win over the variable.
TEST_F(OpenClawToken, B088WithTheUsersOwnVariableTheGeneratedTokenIsToldNowhere) {
  provisioned(R"({"env":[{"name":"OPENCLAW_GATEWAY_TOKEN","value":"mine"}]})");
  EXPECT_THAT(variables(), testing::ElementsAre(testing::HasSubstr(R"("value":"mine")")));
  EXPECT_EQ(in_file(), "");
}

TEST_F(OpenClawToken, AConfigMapOfTheUsersUnderTheNameOfOursIsLeftAlone) {
  world.create(kConfigMaps, "foo-config", R"({"data":{"openclaw.json":"{\"mine\":1}"}})");
  world.instance("foo", R"({"config":{"configMapRef":{"name":"foo-config"}}})");
  world.start_operator();
  world.until("the reason", [this] { return world.condition("foo", "ConfigValid") == "False/ConfigMapReserved"; });
  const json::Value map = world.get(kConfigMaps, "foo-config");
  EXPECT_EQ(json::find(map, "data")->at("openclaw.json"), R"({"mine":1})");
  EXPECT_EQ(json::find(map, "metadata.ownerReferences"), nullptr);
  EXPECT_TRUE(world.get(kStatefulSets, "foo").is_null());
}

}  // namespace
}  // namespace rotor::test
