// What a process would see decides: changes that reach none, and values that none can be given.
#include <gmock/gmock.h>

#include "tests/scenarios/openclaw_running.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kOptionalKey =
    R"({"env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"keys","key":"A","optional":true}}}]})";
constexpr std::string_view kOptionalAll = R"({"envFrom":[{"secretRef":{"name":"keys","optional":true}}]})";
constexpr std::string_view kNul = R"({"A":"YQBi"})";     // "a\0b"
constexpr std::string_view kNoUtf8 = R"({"A":"Y/9i"})";  // "c\xffb"

class OpenClawEnvironment : public RunningInstance {
 protected:
  std::string message(std::string_view type) {
    const json::Value object = world.get(kInstances, "agent");
    const json::Value* conditions = json::find(object, "status.conditions");
    if (conditions == nullptr) return "";
    for (const json::Value& c : conditions->as_array()) {
      if (json::find_string(c, "type") == type) return std::string(json::find_string(c, "message"));
    }
    return "";
  }
  void until_secrets_are(const std::string& wanted) {
    world.until("SecretsReady " + wanted, [&] { return world.condition("agent", "SecretsReady") == wanted; });
  }
  void until_held() { until_secrets_are("False/SecretUnusable"); }
};

TEST_F(OpenClawEnvironment, AnOptionalSecretWithoutTheKeyRestartsNothingAndTheKeyRestartsOnce) {
  running(kOptionalKey, "");
  stays([&] { world.secret("keys", R"({"B":"MQ=="})"); });
  stays([&] { world.secret("keys", R"({"C":"MQ=="})"); });
  rotates_once([&] { world.secret("keys", R"({"A":"MQ=="})"); });
  rotates_once([&] { world.secret("keys", R"({"A":null})"); });
  stays([&] { world.remove(kSecrets, "keys"); });
  EXPECT_EQ(world.condition("agent", "SecretsReady"), "True/AllSecretsFound");
}

TEST_F(OpenClawEnvironment, AnEmptyOptionalSecretIsAsGoodAsNone) {
  running(kOptionalAll, "");
  stays([&] { world.secret("keys", "{}"); });
  rotates_once([&] { world.secret("keys", R"({"A":"MQ=="})"); });
  rotates_once([&] { world.remove(kSecrets, "keys"); });
}

TEST_F(OpenClawEnvironment, AnUnseenOptionalSecretIsNotReadAgainByARestartedOperator) {
  running(kOptionalKey, "");
  stays([&] { world.secret("keys", R"({"B":"MQ=="})"); });
  world.stop_operator();
  const auto reads = world.operator_requests("get", "secrets");
  world.start_operator();
  world.until("a pass", [this] { return world.passes("agent") > 0; });
  EXPECT_EQ(world.operator_requests("get", "secrets"),
            reads + 2);  // the digest key, and the token for the configuration
}

TEST_F(OpenClawEnvironment, AKeyOfEnvFromThatEnvReplacesRestartsNothing) {
  running(R"({"envFrom":[{"secretRef":{"name":"keys"}}],"env":[{"name":"A","value":"mine"}]})",
          R"({"A":"MQ==","B":"MQ=="})");
  stays([&] { world.secret("keys", R"({"A":"Mg=="})"); });
  rotates_once([&] { world.secret("keys", R"({"B":"Mg=="})"); });
}

TEST_F(OpenClawEnvironment, AnEditThatUncoversAKeyCountsFromThenOn) {
  running(R"({"envFrom":[{"secretRef":{"name":"keys"}}],"env":[{"name":"A","value":"mine"}]})",
          R"({"A":"MQ==","B":"MQ=="})");
  const std::int64_t generation = world.generation("agent");
  world.merge(kInstances, "agent", R"({"spec":{"env":null}})");
  world.until("the new template", [&] { return world.generation("agent") == generation + 1; });
  stays([&] { world.merge(kSecrets, "keys", R"({"metadata":{"labels":{"touched":"yes"}}})"); });
  rotates_once([&] { world.secret("keys", R"({"A":"Mg=="})"); });
}

TEST_F(OpenClawEnvironment, AnUnusableValueLeavesThePodsAloneAndTheNextOneRotates) {
  running();
  stays([&] { world.secret("keys", kNul); });
  until_held();
  EXPECT_EQ(message("SecretsReady"),
            "Secret \"keys\": key \"A\" for variable \"A\" holds a NUL byte at position 1; running pods keep the value "
            "they have: put a value there that a process can be given, or take the reference out");
  EXPECT_EQ(world.phase("agent"), "Running");
  stays([&] { world.merge(kSecrets, "keys", R"({"metadata":{"labels":{"touched":"yes"}}})"); });
  world.until("the event", [this] { return !world.events("SecretUnusable").empty(); });
  const std::vector<json::Value> events = world.events("SecretUnusable");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(*json::find(events[0], "count"), 1);
  rotates_once([&] { world.secret("keys", R"({"A":"Mg=="})"); });
  until_secrets_are("True/AllSecretsFound");
}

TEST_F(OpenClawEnvironment, AnUnusableValueThatIsTakenBackRestartsNothing) {
  running();
  stays([&] { world.secret("keys", kNoUtf8); });
  until_held();
  EXPECT_THAT(message("SecretsReady"), HasSubstr("is not UTF-8 text from position 1 on"));
  stays([&] { world.secret("keys", R"({"A":"MQ=="})"); });
  until_secrets_are("True/AllSecretsFound");
}

TEST_F(OpenClawEnvironment, AnUnusableValueThatNoProcessSeesIsNobodysBusiness) {
  running(R"({"env":[{"name":"B","valueFrom":{"secretKeyRef":{"name":"keys","key":"B"}}}]})", R"({"B":"MQ=="})");
  stays([&] { world.secret("keys", kNul); });
  EXPECT_EQ(world.condition("agent", "SecretsReady"), "True/AllSecretsFound");
}

TEST_F(OpenClawEnvironment, ANewInstanceGetsItsPodsOnceTheValueIsUsable) {
  world.secret("keys", kNul);
  world.instance("agent", kEnvFrom);
  world.start_operator();
  until_held();
  EXPECT_TRUE(world.get(kStatefulSets, "agent").is_null());
  EXPECT_FALSE(world.get(kServices, "agent").is_null());
  EXPECT_THAT(message("SecretsReady"), HasSubstr("no pod is started with it"));
  EXPECT_THAT(message("Ready"), HasSubstr("see SecretsReady"));
  world.secret("keys", R"({"A":"MQ=="})");
  world.until("the StatefulSet", [this] { return world.generation("agent") == 1; });
  until_secrets_are("True/AllSecretsFound");
}

TEST_F(OpenClawEnvironment, AnEditWaitsForAUsableValueAndSuspendingDoesNot) {
  running();
  stays([&] { world.secret("keys", kNul); });
  until_held();
  stays([&] { world.merge(kInstances, "agent", R"({"spec":{"image":{"tag":"v2"}}})"); });
  EXPECT_THAT(message("SecretsReady"), HasSubstr("no pod is started with it"));
  EXPECT_LT(json::find(world.get(kInstances, "agent"), "status.observedGeneration")->as_int64(),
            json::find(world.get(kInstances, "agent"), "metadata.generation")->as_int64());
  const auto replicas = [this] { return json::find(world.get(kStatefulSets, "agent"), "spec.replicas")->as_int64(); };
  world.merge(kInstances, "agent", R"({"spec":{"suspended":true}})");
  world.until("no replica", [&] { return replicas() == 0; });
  world.settle_after("agent", [&] { world.merge(kInstances, "agent", R"({"spec":{"suspended":false}})"); });
  EXPECT_EQ(replicas(), 0);
  world.secret("keys", R"({"A":"Mg=="})");
  world.until("a replica", [&] { return replicas() == 1; });
  EXPECT_THAT(json::serialize(world.get(kStatefulSets, "agent")), HasSubstr("openclaw:v2"));
}

TEST_F(OpenClawEnvironment, AnUnusableValueIsNowhereButInTheSecret) {
  running(kEnvFrom, R"({"A":"MQ=="})");
  stays([&] { world.secret("keys", R"({"A":"Y2FuYXJ5LTVmMmM5YTdlAGNhbmFyeS01ZjJjOWE3ZQ=="})"); });  // with a NUL inside
  until_held();
  world.until("the event", [this] { return !world.events("SecretUnusable").empty(); });
  EXPECT_THAT(json::serialize(world.get(kInstances, "agent")), Not(HasSubstr("canary-5f2c9a7e")));
  EXPECT_THAT(json::serialize(world.events("SecretUnusable")[0]), Not(HasSubstr("canary-5f2c9a7e")));
}

}  // namespace
}  // namespace rotor::test
