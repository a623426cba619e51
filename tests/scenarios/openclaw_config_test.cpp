// Configuration and workspace of an instance: where they come from, who is woken by what, and what a mistake does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "tests/scenarios/openclaw_world.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;

constexpr std::string_view kByMap = R"({"config":{"configMapRef":{"name":"settings"}}})";
constexpr std::string_view kFilesByMap = R"({"workspace":{"configMapRef":{"name":"files"}}})";

class OpenClawConfig : public testing::Test {
 protected:
  void provisioned(std::string_view spec = "{}") {
    world.instance("foo", spec);
    world.start_operator();
    until_provisioned();
  }
  void until_provisioned() {
    world.until("the status", [this] { return !world.condition("foo", "StatefulSetReady").empty(); });
  }
  void until_config_is(std::string_view state) {
    world.until(state, [&] { return world.condition("foo", "ConfigValid") == state; });
  }
  std::string file(const std::string& map, std::string_view key) {
    const json::Value object = world.get(kConfigMaps, map);
    const json::Value* data = json::find(object, "data");
    const json::Value* text = data == nullptr ? nullptr : data->as_object().if_contains(key);
    return text == nullptr ? "(none)" : std::string(text->as_string());
  }
  std::string config(std::string_view path) {
    const auto document = json::parse(file("foo-config", "openclaw.json"));
    const json::Value* found = document ? json::find(*document, path) : nullptr;
    return found == nullptr ? "(none)" : json::serialize(*found);
  }
  std::string message(std::string_view type) {
    const json::Value object = world.get(kInstances, "foo");
    for (const json::Value& c : json::find(object, "status.conditions")->as_array()) {
      if (json::find_string(c, "type") == type) return std::string(json::find_string(c, "message"));
    }
    return "(none)";
  }
  std::string config_hash() {
    const json::Value object = world.get(kStatefulSets, "foo");
    return std::string(
        json::find(object, "spec.template.metadata.annotations")->at("openclaw.rocks/config-hash").as_string());
  }
  void until_lacking() {
    world.until("the condition",
                [this] { return world.condition("foo", "ConfigMapsReady") == "False/ConfigMapNotFound"; });
  }
  // At which generation of the instance a ConfigMap was missed.
  std::int64_t missed_at() {
    const json::Value object = world.get(kInstances, "foo");
    for (const json::Value& c : json::find(object, "status.conditions")->as_array()) {
      if (json::find_string(c, "type") == "ConfigMapsReady") return json::find(c, "observedGeneration")->as_int64();
    }
    return 0;
  }
  void map(const std::string& name, std::string_view data) {
    world.create(kConfigMaps, name, R"({"data":)" + std::string(data) + "}");
  }
  void edit_map(const std::string& name, std::string_view data) {
    world.merge(kConfigMaps, name, R"({"data":)" + std::string(data) + "}");
  }

  OpenClawWorld world;
};

TEST_F(OpenClawConfig, B060AndB146AnInstanceGetsItsConfigurationAndItsWorkspace) {
  provisioned();
  const std::string token(json::find_string(world.get(kSecrets, "foo-gateway-token"), "data.token"));
  EXPECT_EQ(config("gateway.auth.token"), "\"" + base64_decode(token).value() + "\"");
  EXPECT_EQ(config("gateway.mode"), R"("local")");
  EXPECT_NE(file("foo-config", "nginx.conf"), "(none)");
  EXPECT_NE(file("foo-config", "otel-collector.yaml"), "(none)");
  EXPECT_NE(file("foo-workspace", "ENVIRONMENT.md"), "(none)");
  EXPECT_EQ(world.condition("foo", "ConfigValid"), "True/ConfigMapCreated");
  EXPECT_EQ(json::find_string(world.get(kInstances, "foo"), "status.managedResources.configMap"), "foo-config");
  EXPECT_EQ(world.condition("foo", "WorkspaceReady"), "");
  EXPECT_EQ(world.generation("foo"), 1);
}

TEST_F(OpenClawConfig, ASecondPassWritesNothing) {
  map("settings", R"({"openclaw.json":"{\"a\":90071992547409931}"})");
  map("files", R"({"SOUL.md":"x"})");
  provisioned(R"({"config":{"configMapRef":{"name":"settings"}},"workspace":{"configMapRef":{"name":"files"}}})");
  const auto requests = [this] {
    return world.operator_requests("patch", "configmaps") + world.operator_requests("get", "configmaps") +
           world.operator_requests("patch", "statefulsets");
  };
  const auto before = requests();
  for (int i = 0; i < 3; ++i) {
    world.settle_after("foo", [&] {
      world.merge(kInstances, "foo", R"({"metadata":{"annotations":{"poke":")" + std::to_string(i) + R"("}}})");
    });
  }
  EXPECT_EQ(requests(), before);
}

TEST_F(OpenClawConfig, B081WithoutItsConfigMapNoPodIsMadeAndItsArrivalHealsIt) {
  world.instance("foo", kByMap);
  world.start_operator();
  until_config_is("False/ConfigMapNotFound");
  EXPECT_EQ(world.condition("foo", "Ready"), "False/ReconcileFailed");
  EXPECT_THAT(message("ConfigValid"), HasSubstr("\"settings\""));
  EXPECT_EQ(world.phase("foo"), "Failed");
  EXPECT_TRUE(world.get(kStatefulSets, "foo").is_null());
  world.until("the event", [this] { return !world.events("ReconcileFailed").empty(); });
  map("settings", R"({"openclaw.json":"{\"a\":1}"})");
  until_provisioned();
  until_config_is("True/ConfigMapCreated");
  EXPECT_EQ(config("a"), "1");
}

TEST_F(OpenClawConfig, B082AMissingKeyIsNamedAndItsArrivalHealsIt) {
  map("settings", R"({"other":"{}"})");
  world.instance("foo", kByMap);
  world.start_operator();
  until_config_is("False/ConfigMapKeyNotFound");
  EXPECT_THAT(message("ConfigValid"), HasSubstr("no key \"openclaw.json\""));
  EXPECT_TRUE(world.get(kStatefulSets, "foo").is_null());
  edit_map("settings", R"({"openclaw.json":"{}"})");
  until_provisioned();
}

TEST_F(OpenClawConfig, ABrokenEditOfTheConfigMapLeavesTheRunningPodAloneAndItsCorrectionHealsIt) {
  map("settings", R"({"openclaw.json":"{\"a\":1}"})");
  provisioned(R"({"config":{"configMapRef":{"name":"settings"},"mergeMode":"merge"}})");
  const std::string before = file("foo-config", "openclaw.json");
  edit_map("settings", R"({"openclaw.json":"{\"logging\": {\"level\": "})");
  until_config_is("False/ConfigUnreadable");
  EXPECT_THAT(message("ConfigValid"), HasSubstr("line 1, column 23"));
  world.until("the event", [this] { return !world.events("ConfigUnreadable").empty(); });
  EXPECT_EQ(json::find_string(world.events("ConfigUnreadable")[0], "type"), "Warning");
  EXPECT_EQ(world.generation("foo"), 1);
  EXPECT_EQ(file("foo-config", "openclaw.json"), before);
  edit_map("settings", R"({"openclaw.json":"{\"a\":2}"})");
  until_config_is("True/ConfigMapCreated");
  world.until("the new configuration", [this] { return world.generation("foo") == 2; });
}

TEST_F(OpenClawConfig, ADeletedConfigMapLeavesTheRunningPodAlone) {
  map("settings", R"({"openclaw.json":"{}"})");
  provisioned(kByMap);
  const std::string before = file("foo-config", "openclaw.json");
  world.remove(kConfigMaps, "settings");
  until_config_is("False/ConfigMapNotFound");
  EXPECT_EQ(world.generation("foo"), 1);
  EXPECT_EQ(file("foo-config", "openclaw.json"), before);
}

constexpr std::string_view kKeysAndSettings =
    R"({"envFrom":[{"secretRef":{"name":"keys"}}],
        "env":[{"name":"LEVEL","valueFrom":{"configMapKeyRef":{"name":"levels","key":"level"}}}]})";

TEST_F(OpenClawConfig, AMissingSecretHoldsBackATemplateThatNobodyEdited) {
  world.secret("keys", R"({"A":"MQ=="})");
  map("levels", R"({"level":"info"})");
  provisioned(kKeysAndSettings);
  world.remove(kSecrets, "keys");
  world.until("SecretsReady", [this] { return world.condition("foo", "SecretsReady") == "False/SecretsMissing"; });
  world.settle_after("foo", [this] { edit_map("levels", R"({"level":"debug"})"); });
  EXPECT_EQ(world.generation("foo"), 1) << "the pod that runs would not come back";
  world.until("the words", [this] { return message("SecretsReady").contains("is not replaced"); });
  world.secret("keys", R"({"A":"MQ=="})");
  world.until("the restart", [this] { return world.generation("foo") == 2; });
  world.until("the words", [this] { return world.condition("foo", "SecretsReady") == "True/AllSecretsFound"; });
}

TEST_F(OpenClawConfig, AnEditThatNeedsASecretThatIsNotThereYetWaitsForIt) {
  provisioned();
  world.merge(kInstances, "foo", R"({"spec":{"envFrom":[{"secretRef":{"name":"keys"}}]}})");
  world.until("SecretsReady", [this] { return world.condition("foo", "SecretsReady") == "False/SecretsMissing"; });
  EXPECT_EQ(world.generation("foo"), 1);
  world.secret("keys", R"({"A":"MQ=="})");
  world.until("the pod with it", [this] { return world.generation("foo") == 2; });
}

TEST_F(OpenClawConfig, AConfigMapAndASecretThatChangeTogetherAreOneRestart) {
  world.secret("keys", R"({"A":"MQ=="})");
  map("levels", R"({"level":"info"})");
  world.instance("foo", kKeysAndSettings);
  world.start_operator({.operator_namespace = "rotor", .quiet = std::chrono::milliseconds(500)});
  until_provisioned();
  const std::string before = world.secret_hash("foo");
  world.settle_after("foo", [this] { edit_map("levels", R"({"level":"debug"})"); });
  world.secret("keys", R"({"A":"Mg=="})");
  world.until("the new values", [&] { return world.secret_hash("foo") != before; });
  world.settle_after("foo", [this] { world.merge(kInstances, "foo", R"({"metadata":{"annotations":{"poke":"1"}}})"); });
  EXPECT_EQ(world.generation("foo"), 2);
}

TEST_F(OpenClawConfig, W3AndB266AnEditOfTheConfigMapReplacesThePodOnce) {
  map("settings", R"({"openclaw.json":"{\"a\":1}","other":"x"})");
  provisioned(kByMap);
  const std::string before = config_hash();
  edit_map("settings", R"({"openclaw.json":"{\"a\":2}"})");
  world.until("another hash", [&] { return config_hash() != before; });
  EXPECT_EQ(config("a"), "2");
  EXPECT_EQ(world.generation("foo"), 2);
  world.settle_after("foo", [this] { edit_map("settings", R"({"other":"y"})"); });
  EXPECT_EQ(world.generation("foo"), 2) << "nothing that the pod reads";
}

TEST_F(OpenClawConfig, AConfigMapOfItsEnvironmentReplacesThePodToo) {
  map("vars", R"({"A":"1","unread":"x"})");
  provisioned(R"({"env":[{"name":"A","valueFrom":{"configMapKeyRef":{"name":"vars","key":"A"}}}]})");
  EXPECT_EQ(world.generation("foo"), 1);
  world.settle_after("foo", [this] { edit_map("vars", R"({"unread":"y"})"); });
  EXPECT_EQ(world.generation("foo"), 1) << "nothing that the pod reads";
  const std::string before = config_hash();
  edit_map("vars", R"({"A":"2"})");
  world.until("another hash", [&] { return config_hash() != before; });
  EXPECT_EQ(world.generation("foo"), 2);
}

TEST_F(OpenClawConfig, AKeyThatThePodNeedsAndThatIsGoneLeavesThePodAlone) {
  map("vars", R"({"A":"1","B":"2"})");
  provisioned(R"({"env":[{"name":"A","valueFrom":{"configMapKeyRef":{"name":"vars","key":"A"}}}]})");
  edit_map("vars", R"({"A":null})");
  until_lacking();
  EXPECT_EQ(world.generation("foo"), 1);
}

TEST_F(OpenClawConfig, OneThatThePodNeedsAndThatIsGoneLeavesThePodAlone) {
  map("vars", R"({"A":"1"})");
  provisioned(R"({"envFrom":[{"configMapRef":{"name":"vars"}}]})");
  const std::string before = config_hash();
  world.remove(kConfigMaps, "vars");
  until_lacking();
  EXPECT_EQ(config_hash(), before);
  world.settle_after("foo", [this] { map("vars", R"({"A":"1"})"); });
  EXPECT_EQ(config_hash(), before) << "it came back as it was";
  EXPECT_EQ(world.generation("foo"), 1);
  EXPECT_EQ(world.condition("foo", "ConfigMapsReady"), "");
}

// The kubelet starts no container of such a pod before.
TEST_F(OpenClawConfig, OneThatThePodNeedsAndThatComesLaterRestartsNothingAndItsNextEditDoes) {
  provisioned(R"({"envFrom":[{"configMapRef":{"name":"vars"}}]})");
  until_lacking();
  EXPECT_THAT(message("ConfigMapsReady"), HasSubstr("ConfigMap \"vars\""));
  world.until("the event", [this] { return !world.events("ConfigMapNotFound").empty(); });
  const std::string before = config_hash();
  world.settle_after("foo", [this] { map("vars", R"({"A":"1"})"); });
  EXPECT_EQ(config_hash(), before);
  EXPECT_EQ(world.generation("foo"), 1) << "the pod starts with what it was made for";
  EXPECT_EQ(world.condition("foo", "ConfigMapsReady"), "");
  world.settle_after("foo", [this] { world.merge(kInstances, "foo", R"({"metadata":{"labels":{"a":"b"}}})"); });
  EXPECT_EQ(world.generation("foo"), 1);
  edit_map("vars", R"({"A":"2"})");
  world.until("another hash", [&] { return config_hash() != before; });
  EXPECT_EQ(world.generation("foo"), 2) << "that one is a change";
}

TEST_F(OpenClawConfig, AnAbsentConfigMapRestartsNoPodForAnEditOrASecretEither) {
  map("vars", R"({"A":"1"})");
  world.secret("keys", R"({"K":"MQ=="})");
  provisioned(R"({"envFrom":[{"configMapRef":{"name":"vars"}},{"secretRef":{"name":"keys"}}]})");
  world.remove(kConfigMaps, "vars");
  until_lacking();
  world.settle_after("foo", [this] { world.secret("keys", R"({"K":"Mg=="})"); });
  EXPECT_EQ(world.generation("foo"), 1);
  world.merge(kInstances, "foo", R"({"spec":{"image":{"tag":"v2"}}})");
  world.until("a look at the edit", [this] { return missed_at() == 2; });
  EXPECT_EQ(world.generation("foo"), 1);
  map("vars", R"({"A":"1"})");
  world.until("edit and value, at once", [this] { return world.generation("foo") == 2; });
  world.until("the status", [this] { return world.condition("foo", "ConfigMapsReady").empty(); });
  EXPECT_EQ(world.generation("foo"), 2);
}

TEST_F(OpenClawConfig, AnInstanceIsSuspendedWhateverConfigMapIsAbsent) {
  map("vars", R"({"A":"1"})");
  provisioned(R"({"envFrom":[{"configMapRef":{"name":"vars"}}]})");
  world.remove(kConfigMaps, "vars");
  until_lacking();
  world.merge(kInstances, "foo", R"({"spec":{"suspended":true}})");
  world.until("no replica",
              [this] { return json::find(world.get(kStatefulSets, "foo"), "spec.replicas")->as_int64() == 0; });
}

TEST_F(OpenClawConfig, AConfigMapWakesThoseThatReferToItAndNobodyElse) {
  map("settings", R"({"openclaw.json":"{}"})");
  map("others", R"({"openclaw.json":"{}"})");
  world.instance("bystander", R"({"config":{"configMapRef":{"name":"others"}}})");
  provisioned(kByMap);
  world.until("the bystander", [this] { return !world.condition("bystander", "StatefulSetReady").empty(); });
  const auto passes = world.passes("bystander");
  world.settle_after("foo", [this] { edit_map("settings", R"({"openclaw.json":"{\"a\":1}"})"); });
  world.settle_after("foo", [this] { edit_map("settings", R"({"openclaw.json":"{\"a\":2}"})"); });
  EXPECT_EQ(world.passes("bystander"), passes);
}

TEST_F(OpenClawConfig, AConfigMapThatManyReferToIsReadOnceAVersion) {
  map("settings", R"({"openclaw.json":"{}"})");
  for (int i = 0; i < 8; ++i) world.instance("i" + std::to_string(i), kByMap);
  provisioned(kByMap);
  for (int i = 0; i < 8; ++i) {
    world.until("all of them", [&] { return !world.condition("i" + std::to_string(i), "StatefulSetReady").empty(); });
  }
  // Beside it, each asks once whether its own two ConfigMaps are there; workers may ask at the same time.
  EXPECT_LE(world.operator_requests("get", "configmaps"), 2U * 9U + 4U);
}

TEST_F(OpenClawConfig, W19AnAnnotationKeepsTheTokenOutOfTheConfigMap) {
  world.create(kInstances, "foo",
               R"({"spec":{},"metadata":{"annotations":{"openclaw.rocks/gateway-token-in-config":"false"}}})");
  world.start_operator();
  until_provisioned();
  EXPECT_EQ(config("gateway.auth"), "(none)");
  EXPECT_THAT(json::serialize(world.get(kStatefulSets, "foo")), HasSubstr("OPENCLAW_GATEWAY_TOKEN"));
  world.merge(kInstances, "foo", R"({"metadata":{"annotations":{"openclaw.rocks/gateway-token-in-config":null}}})");
  world.until("the token", [this] { return config("gateway.auth.token") != "(none)"; });
  EXPECT_EQ(world.generation("foo"), 1) << "the pod has the token already";
}

TEST_F(OpenClawConfig, B275AnotherTokenOfTheUsersIsWrittenAndReplacesThePodOnce) {
  world.secret("gw", R"({"token":"b25l"})");
  provisioned(R"({"gateway":{"existingSecret":"gw"}})");
  EXPECT_EQ(config("gateway.auth.token"), R"("one")");
  const std::string hash = world.secret_hash("foo");
  world.secret("gw", R"({"token":"dHdv"})");
  world.until("the restart", [&] { return world.secret_hash("foo") != hash; });
  world.until("the token", [this] { return config("gateway.auth.token") == R"("two")"; });
  EXPECT_EQ(world.generation("foo"), 2);
}

TEST_F(OpenClawConfig, B276ADeletedTokenComesBackAnewInSecretAndFile) {
  provisioned();
  const std::string before = config("gateway.auth.token");
  const std::string hash = world.secret_hash("foo");
  world.remove(kSecrets, "foo-gateway-token");
  world.until("the restart", [&] { return world.secret_hash("foo") != hash; });
  world.until("another token", [&] { return config("gateway.auth.token") != before; });
  EXPECT_EQ(world.generation("foo"), 2);
}

TEST_F(OpenClawConfig, B087WithoutTheUsersOwnTokenSecretNothingIsConfigured) {
  world.instance("foo", R"({"gateway":{"existingSecret":"gw"}})");
  world.start_operator();
  world.until("Failed", [this] { return world.phase("foo") == "Failed"; });
  EXPECT_THAT(message("Ready"), HasSubstr("gateway.existingSecret \"gw\" not found"));
  EXPECT_EQ(world.condition("foo", "SecretsReady"), "False/SecretsMissing");
  world.secret("gw", R"({"other":"b25l"})");
  world.until("the reason", [this] { return message("Ready").contains("missing key \"token\""); });
  EXPECT_TRUE(world.get(kStatefulSets, "foo").is_null());
  world.secret("gw", R"({"token":"b25l"})");
  until_provisioned();
  EXPECT_EQ(config("gateway.auth.token"), R"("one")");
}

TEST_F(OpenClawConfig, B271TheUsersOwnTokenSecretThatGoesIsMissedAndThePodStays) {
  world.secret("gw", R"({"token":"b25l"})");
  provisioned(R"({"gateway":{"existingSecret":"gw"}})");
  EXPECT_EQ(world.condition("foo", "SecretsReady"), "True/AllSecretsFound");
  world.remove(kSecrets, "gw");
  world.until("the condition", [this] { return world.condition("foo", "SecretsReady") == "False/SecretsMissing"; });
  EXPECT_EQ(message("SecretsReady"), "Missing secrets: gw");
  world.until("the event", [this] { return !world.events("SecretNotFound").empty(); });
  world.secret("gw", R"({"other":"b25l"})");
  world.until("the key", [this] { return message("SecretsReady") == "Missing secrets: gw (key token)"; });
  world.secret("gw", R"({"token":"b25l"})");
  world.until("its return", [this] { return world.condition("foo", "SecretsReady") == "True/AllSecretsFound"; });
  EXPECT_EQ(world.generation("foo"), 1);
}

TEST_F(OpenClawConfig, B148AMissingWorkspaceConfigMapIsSaidAndThePodIsMade) {
  provisioned(kFilesByMap);
  EXPECT_EQ(world.condition("foo", "WorkspaceReady"), "False/ConfigMapNotFound");
  world.until("the event", [this] { return world.events("WorkspaceConfigMapNotFound").size() == 1; });
  map("files", R"({"SOUL.md":"kind"})");
  world.until("Resolved", [this] { return world.condition("foo", "WorkspaceReady") == "True/Resolved"; });
  EXPECT_EQ(file("foo-workspace", "SOUL.md"), "kind");
  world.merge(kInstances, "foo", R"({"spec":{"workspace":null}})");
  world.until("no condition", [this] { return world.condition("foo", "WorkspaceReady").empty(); });
  EXPECT_EQ(file("foo-workspace", "SOUL.md"), "(none)");
}

TEST_F(OpenClawConfig, B260AFileOfTheWorkspaceConfigMapReplacesThePodB264AndOneInTheSpecDoesNot) {
  map("files", R"({"SOUL.md":"1"})");
  provisioned(R"({"workspace":{"configMapRef":{"name":"files"},"initialFiles":{"A.md":"1"}}})");
  edit_map("files", R"({"SOUL.md":"2"})");
  world.until("another template", [this] { return world.generation("foo") == 2; });
  world.merge(kInstances, "foo", R"({"spec":{"workspace":{"initialFiles":{"A.md":"2"}}}})");
  world.until("the file", [this] { return file("foo-workspace", "A.md") == "2"; });
  world.settle_after("foo", [this] { world.merge(kInstances, "foo", R"({"metadata":{"labels":{"a":"b"}}})"); });
  EXPECT_EQ(world.generation("foo"), 2);
}

TEST_F(OpenClawConfig, B078AGatewayThatNobodyReachesIsSaidOnce) {
  provisioned(R"({"gateway":{"enabled":false},"config":{"raw":{"gateway":{"bind":"loopback"}}}})");
  EXPECT_EQ(config("gateway.bind"), R"("loopback")");
  world.until("the event", [this] { return world.events("GatewayBindConflict").size() == 1; });
  world.settle_after("foo", [this] { world.merge(kInstances, "foo", R"({"spec":{"podAnnotations":{"a":"b"}}})"); });
  const auto events = world.events("GatewayBindConflict");
  EXPECT_EQ(events.size(), 1U);
  EXPECT_EQ(json::find(events.at(0), "count") == nullptr ? 1 : events.at(0).at("count").to_number<int>(), 1);
}

TEST_F(OpenClawConfig, B063AnAddressToListenOnIsKeptAndSaidToBeRefused) {
  provisioned(R"({"config":{"raw":{"gateway":{"bind":"0.0.0.0"}}}})");
  EXPECT_EQ(config("gateway.bind"), R"("0.0.0.0")");
  EXPECT_EQ(config("gateway.mode"), R"("local")");
  EXPECT_EQ(world.condition("foo", "ConfigValid"), "False/GatewayBindRefused");
  const json::Value before = world.get(kInstances, "foo");
  world.settle_after("foo", [this] { world.merge(kInstances, "foo", R"({"metadata":{"labels":{"a":"b"}}})"); });
  EXPECT_EQ(*json::find(world.get(kInstances, "foo"), "status"), *json::find(before, "status"));
  world.merge(kInstances, "foo", R"({"spec":{"config":{"raw":{"gateway":{"bind":"lan"}}}}})");
  world.until("the correction", [this] { return config("gateway.bind") == R"("lan")"; });
  until_config_is("True/ConfigMapCreated");
}

TEST_F(OpenClawConfig, B063AnAddressReachesNoPodThatRunsWithoutOne) {
  provisioned();
  world.merge(kInstances, "foo", R"({"spec":{"config":{"raw":{"gateway":{"bind":"0.0.0.0"}}}}})");
  until_config_is("False/GatewayBindRefused");
  EXPECT_EQ(config("gateway.bind"), R"("loopback")");
  EXPECT_EQ(world.generation("foo"), 1);
}

TEST_F(OpenClawConfig, B080WhatIsNoJsonIsStoredUnchangedForAPodThatIsNew) {
  map("settings", R"({"openclaw.json":"no { json"})");
  provisioned(kByMap);
  EXPECT_EQ(file("foo-config", "openclaw.json"), "no { json");
  EXPECT_EQ(world.condition("foo", "ConfigValid"), "False/ConfigUnreadable");
}

TEST_F(OpenClawConfig, AVersionThatNobodyTriedIsNotedInTheStatus) {
  provisioned(R"({"image":{"tag":"v2031.1.1"}})");
  EXPECT_EQ(world.condition("foo", "ProgramVersionKnown"), "False/NewerThanTried");
  world.merge(kInstances, "foo", R"({"spec":{"image":{"tag":"v2026.9.6"}}})");
  world.until("no note", [this] { return world.condition("foo", "ProgramVersionKnown").empty(); });
}

TEST_F(OpenClawConfig, WhatOthersAddToTheConfigMapStaysAndWhatTheyChangeIsPutBack) {
  provisioned();
  const std::string before = file("foo-config", "openclaw.json");
  edit_map("foo-config", R"({"mine":"1","openclaw.json":"{}"})");
  world.until("the repair", [&] { return file("foo-config", "openclaw.json") == before; });
  EXPECT_EQ(file("foo-config", "mine"), "1");
}

TEST_F(OpenClawConfig, WhatSwitchesOffLeavesTheConfigMap) {
  provisioned();
  world.merge(kInstances, "foo",
              R"({"spec":{"gateway":{"enabled":false},"observability":{"metrics":{"enabled":false}}}})");
  world.until("the proxy's file to go", [this] { return file("foo-config", "nginx.conf") == "(none)"; });
  EXPECT_EQ(file("foo-config", "otel-collector.yaml"), "(none)");
  EXPECT_EQ(config("gateway.bind"), R"("lan")");
}

}  // namespace
}  // namespace rotor::test
