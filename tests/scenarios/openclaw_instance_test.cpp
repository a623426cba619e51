// An instance comes, is edited and goes: its objects, status and events on the embedded API server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apiserver/server/faults.hpp"
#include "tests/scenarios/openclaw_world.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;

class OpenClawLife : public testing::Test {
 protected:
  void provisioned(std::string_view spec = "{}") {
    world.instance("foo", spec);
    world.start_operator();
    world.until("the status", [this] { return !world.condition("foo", "StatefulSetReady").empty(); });
  }
  OpenClawWorld world;
};

TEST_F(OpenClawLife, B230AMinimalInstanceGetsItsObjects) {
  provisioned();
  for (const kube::Resource& kind : {kStatefulSets, kServices, kServiceAccounts}) {
    EXPECT_FALSE(world.get(kind, "foo").is_null()) << kind.kind;
  }
  EXPECT_FALSE(world.get(kSecrets, "foo-gateway-token").is_null());
  EXPECT_EQ(world.phase("foo"), "Provisioning");
  EXPECT_EQ(world.generation("foo"), 1);
  world.until("the event", [this] { return !world.events("GatewayTokenCreated").empty(); });
}

TEST_F(OpenClawLife, B232AReadyPodMakesItRun) {
  provisioned();
  world.pod_is_ready("foo");
  world.until("Running", [this] { return world.phase("foo") == "Running"; });
  EXPECT_EQ(world.condition("foo", "Ready"), "True/ReconcileSucceeded");
}

TEST_F(OpenClawLife, B235AndB237PokingChangesNothing) {
  provisioned();
  world.pod_is_ready("foo");
  world.until("Running", [this] { return world.phase("foo") == "Running"; });
  const auto version = [this](const kube::Resource& kind) {
    return std::string(json::find_string(world.get(kind, "foo"), "metadata.resourceVersion"));
  };
  const std::string before = version(kStatefulSets) + version(kServices) + version(kServiceAccounts);
  const auto writes = [this] {
    return world.operator_requests("patch", "statefulsets") + world.operator_requests("patch", "services") +
           world.operator_requests("patch", "serviceaccounts") +
           world.operator_requests("patch", "openclawinstances/status");
  };
  const auto written = writes();
  for (int i = 0; i < 10; ++i) {
    world.settle_after("foo", [&] {
      world.merge(kInstances, "foo", R"({"metadata":{"annotations":{"poke":")" + std::to_string(i) + R"("}}})");
    });
  }
  EXPECT_EQ(version(kStatefulSets) + version(kServices) + version(kServiceAccounts), before);
  EXPECT_EQ(writes(), written);
}

TEST_F(OpenClawLife, B236AnEditReachesTheTemplate) {
  provisioned();
  world.merge(kInstances, "foo", R"({"spec":{"env":[{"name":"NEW","value":"1"}]}})");
  world.until("the new template", [this] { return world.generation("foo") == 2; });
  EXPECT_THAT(json::serialize(world.get(kStatefulSets, "foo")), HasSubstr(R"("name":"NEW")"));
  world.until("the status", [this] {
    const json::Value* seen = json::find(world.get(kInstances, "foo"), "status.observedGeneration");
    return seen != nullptr && *seen == 2;
  });
}

TEST_F(OpenClawLife, ARemovedVariableLeavesTheTemplate) {
  provisioned(R"({"env":[{"name":"OLD","value":"1"}]})");
  world.merge(kInstances, "foo", R"({"spec":{"env":null}})");
  world.until("the new template", [this] { return world.generation("foo") == 2; });
  EXPECT_THAT(json::serialize(world.get(kStatefulSets, "foo")), testing::Not(HasSubstr(R"("name":"OLD")")));
}

TEST_F(OpenClawLife, AForeignEditIsRepaired) {
  provisioned();
  world.merge(kStatefulSets, "foo", R"({"spec":{"replicas":5}})");
  world.until("the repair", [this] { return *json::find(world.get(kStatefulSets, "foo"), "spec.replicas") == 1; });
  world.remove(kServices, "foo");
  world.until("the Service", [this] { return !world.get(kServices, "foo").is_null(); });
}

TEST_F(OpenClawLife, B240SuspendedAndBack) {
  provisioned(R"({"suspended":true})");
  EXPECT_EQ(world.phase("foo"), "Suspended");
  EXPECT_EQ(*json::find(world.get(kStatefulSets, "foo"), "spec.replicas"), 0);
  world.merge(kInstances, "foo", R"({"spec":{"suspended":false}})");
  world.until("a replica", [this] { return *json::find(world.get(kStatefulSets, "foo"), "spec.replicas") == 1; });
}

TEST_F(OpenClawLife, B242ADeletedInstanceGoes) {
  provisioned();
  world.remove(kInstances, "foo");
  world.until("the end", [this] { return world.get(kInstances, "foo").is_null(); });
}

TEST_F(OpenClawLife, B022ForeignAnnotationsOfTheServiceAccountSurvive) {
  provisioned(R"({"security":{"rbac":{"serviceAccountAnnotations":{"eks.amazonaws.com/role-arn":"arn:a"}}}})");
  world.merge(kServiceAccounts, "foo", R"({"metadata":{"annotations":{"x":"y"}}})");
  world.merge(kInstances, "foo",
              R"({"spec":{"security":{"rbac":{"serviceAccountAnnotations":{"eks.amazonaws.com/role-arn":"arn:b"}}}}})");
  world.until("the new role", [this] {
    return json::serialize(world.get(kServiceAccounts, "foo")).contains(R"("eks.amazonaws.com/role-arn":"arn:b")");
  });
  EXPECT_THAT(json::serialize(world.get(kServiceAccounts, "foo")), HasSubstr(R"("x":"y")"));
}

TEST_F(OpenClawLife, AMissingTokenSecretOfTheUserFailsThePassAndItsArrivalHealsIt) {
  world.instance("foo", R"({"gateway":{"existingSecret":"mine"}})");
  world.start_operator();
  world.until("Failed", [this] { return world.phase("foo") == "Failed"; });
  EXPECT_EQ(world.condition("foo", "Ready"), "False/ReconcileFailed");
  world.secret("mine", R"({"token":"MQ=="})");
  world.until("Provisioning", [this] { return world.phase("foo") == "Provisioning"; });
  EXPECT_TRUE(world.get(kSecrets, "foo-gateway-token").is_null());
}

TEST_F(OpenClawLife, AnObjectOfAnotherControllerIsNotTaken) {
  world.create(kConfigMaps, "c", "{}");
  const std::string uid(json::find_string(world.get(kConfigMaps, "c"), "metadata.uid"));
  world.create(kServices, "foo",
               R"({"spec":{"ports":[{"port":1}]},"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap",)"
               R"("name":"c","controller":true,"uid":")" +
                   uid + R"("}]}})");
  world.instance("foo", "{}");
  world.start_operator();
  world.until("Failed", [this] { return world.phase("foo") == "Failed"; });
  world.until("the event", [this] { return !world.events("ReconcileFailed").empty(); });
  EXPECT_THAT(json::serialize(world.events("ReconcileFailed")[0]), HasSubstr("belongs to ConfigMap"));
}

TEST_F(OpenClawLife, WithoutTheDigestKeyThereIsNoRotationAndAConditionThatSaysSo) {
  world.secret("keys", R"({"A":"MQ=="})");
  world.instance("foo", R"({"envFrom":[{"secretRef":{"name":"keys"}}]})");
  world.instance("bar", R"({"envFrom":[{"secretRef":{"name":"keys"}}]})");
  testing::internal::CaptureStderr();
  world.start_operator({.operator_namespace = "no-such-namespace", .quiet = std::chrono::nanoseconds(0)});
  for (const char* name : {"foo", "bar"}) {
    world.until("the condition", [this, name] {
      return world.condition(name, "RotationKeyUnavailable") == "True/RotationKeyUnavailable";
    });
  }
  const std::string log = testing::internal::GetCapturedStderr();
  const std::size_t told = log.find("no agent restarts for a changed Secret");
  EXPECT_NE(told, std::string::npos) << log;
  EXPECT_EQ(log.find("no agent restarts for a changed Secret", told + 1), std::string::npos)
      << "once, not per instance";
  EXPECT_THAT(log, HasSubstr("no-such-namespace/rotor-rotation-key"));
  EXPECT_EQ(world.secret_hash("foo"), "");
  world.settle_after("foo", [this] { world.secret("keys", R"({"A":"Mg=="})"); });
  EXPECT_EQ(world.generation("foo"), 1);
  // With the key back, the change that was not adopted is seen by its version.
  world.stop_operator();
  world.start_operator();
  world.until("the rotation", [this] { return world.generation("foo") == 2; });
}

TEST_F(OpenClawLife, TheDigestKeyIsMadeOnce) {
  provisioned();
  world.stop_operator();
  const auto made = world.operator_requests("create", "secrets");
  world.start_operator();
  world.until("a pass", [this] { return world.passes("foo") > 0; });
  EXPECT_EQ(world.operator_requests("create", "secrets"), made);
}

TEST_F(OpenClawLife, Row13AndB274AReadErrorKeepsEverything) {
  world.secret("keys", R"({"A":"MQ=="})");
  provisioned(R"({"envFrom":[{"secretRef":{"name":"keys"}}]})");
  const std::string hash = world.secret_hash("foo");
  world.faults().add(
      {.verb = "get", .resource = "secrets", .name = "keys", .times = -1, .status = 403, .reason = "Forbidden"});
  world.merge(kSecrets, "keys", R"({"data":{"A":"Mg=="}})");
  world.until("the condition", [this] { return world.condition("foo", "SecretsReady") == "Unknown/SecretReadFailed"; });
  EXPECT_EQ(world.secret_hash("foo"), hash);
  EXPECT_EQ(world.generation("foo"), 1);
  world.faults().clear();
  world.until("the rotation", [&] { return world.secret_hash("foo") != hash; });
  EXPECT_EQ(world.generation("foo"), 2);
}

TEST_F(OpenClawLife, B233AConflictIsTriedAgainAndFailsNothing) {
  world.faults().add({.verb = "patch", .resource = "statefulsets", .status = 409, .reason = "Conflict"});
  provisioned();
  EXPECT_TRUE(world.events("ReconcileFailed").empty());
  EXPECT_THAT(world.metrics().render(), HasSubstr(R"(result="conflict"} 1)"));
}

TEST_F(OpenClawLife, B234AnotherErrorIsSaidAndTriedAgain) {
  world.faults().add(
      {.verb = "patch", .resource = "services", .status = 500, .reason = "InternalError", .message = "not yours"});
  provisioned();
  world.until("the event", [this] { return !world.events("ReconcileFailed").empty(); });
  EXPECT_THAT(json::serialize(world.events("ReconcileFailed")[0]), HasSubstr("not yours"));
}

TEST_F(OpenClawLife, ARefusalIsNotTriedAgainAtOnceAndAnEditIs) {
  world.faults().add(
      {.verb = "patch", .resource = "services", .status = 403, .reason = "Forbidden", .message = "not yours"});
  world.instance("foo", "{}");
  world.start_operator();
  world.until("Failed", [this] { return world.phase("foo") == "Failed"; });
  const auto begin = std::chrono::steady_clock::now();
  world.until("two seconds", [&] { return std::chrono::steady_clock::now() - begin > std::chrono::seconds(2); });
  EXPECT_EQ(world.operator_requests("patch", "services"), 1U);
  world.merge(kInstances, "foo", R"({"spec":{"image":{"tag":"v2"}}})");
  world.until("Provisioning", [this] { return world.phase("foo") == "Provisioning"; });
}

TEST_F(OpenClawLife, BlocksThatNothingBuildsYetAreAcceptedAndDisturbNothing) {
  provisioned(R"({"observability":{"metrics":{"enabled":true}},"probes":null,"chromium":{"enabled":true},
                  "config":{"raw":{"a":[1]}},"workspace":{"initialFiles":{"A.md":"x"}}})");
  EXPECT_EQ(world.generation("foo"), 1);
}

}  // namespace
}  // namespace rotor::test
