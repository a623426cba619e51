// Instances that ask for what cannot be, for what is not built yet, and for much: a condition, an event, and the pod
// that runs is left alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apiserver/server/faults.hpp"
#include "base/encoding.hpp"
#include "tests/scenarios/openclaw_running.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;

class OpenClawBadInput : public RunningInstance {
 protected:
  std::string condition_message(std::string_view type) {
    const json::Value instance = world.get(kInstances, "agent");
    const json::Value* conditions = json::find(instance, "status.conditions");
    if (conditions == nullptr) return "";
    for (const json::Value& c : conditions->as_array()) {
      if (json::find_string(c, "type") == type) return std::string(json::find_string(c, "message"));
    }
    return "";
  }
  // The pod that runs keeps running as it is, and the instance says why.
  void is_refused_and_runs_on(std::string_view patch, std::string_view says) {
    running();
    const json::Value before = world.get(kStatefulSets, "agent");
    world.settle_after("agent", [&] { world.merge(kInstances, "agent", patch); });
    world.until("the condition", [this] { return world.condition("agent", "SpecValid") == "False/SpecInvalid"; });
    EXPECT_THAT(condition_message("SpecValid"), HasSubstr(says));
    EXPECT_EQ(json::find_string(world.get(kStatefulSets, "agent"), "metadata.resourceVersion"),
              json::find_string(before, "metadata.resourceVersion"));
    EXPECT_EQ(world.phase("agent"), "Running");
    world.until("the event", [this] { return world.events("SpecInvalid").size() == 1; });
    EXPECT_EQ(json::find_string(world.events("SpecInvalid")[0], "type"), "Warning");
  }
  void is_refused_before_anything_is_made(std::string_view spec, std::string_view says) {
    world.instance("agent", spec);
    world.start_operator();
    world.until("the refusal", [this] { return world.condition("agent", "Ready") == "False/SpecInvalid"; });
    EXPECT_EQ(world.phase("agent"), "Failed");
    EXPECT_THAT(condition_message("SpecValid"), HasSubstr(says));
    EXPECT_TRUE(world.get(kStatefulSets, "agent").is_null());
    EXPECT_TRUE(world.get(kServiceAccounts, "agent").is_null());
  }
};

constexpr std::string_view kRoot = R"({"security":{"podSecurityContext":{"runAsUser":0}}})";

// Objects that can become nothing else.
TEST_F(OpenClawBadInput, AStatefulSetOfItsNameWithAnotherSelectorIsSaidWithTheWayOutWhichWorks) {
  world.create(kStatefulSets, "agent",
               R"({"spec":{"serviceName":"agent","selector":{"matchLabels":{"app":"theirs"}},"template":{)"
               R"("metadata":{"labels":{"app":"theirs"}},"spec":{"containers":[{"name":"m","image":"i"}]}}}})");
  world.instance("agent", "{}");
  world.start_operator();
  world.until("the condition",
              [this] { return world.condition("agent", "StatefulSetReady") == "False/StatefulSetFixed"; });
  EXPECT_THAT(condition_message("StatefulSetReady"),
              HasSubstr("delete it with `kubectl -n ns delete statefulset agent --cascade=orphan`"));
  EXPECT_EQ(world.condition("agent", "Ready"), "False/ReconcileFailed");
  EXPECT_THAT(condition_message("Ready"), HasSubstr("spec.selector cannot change"));
  EXPECT_EQ(world.generation("agent"), 1) << "it is left as it is";
  world.until("the event", [this] { return !world.events("ReconcileFailed").empty(); });
  world.remove(kStatefulSets, "agent", {.propagation_policy = "Orphan"});
  world.merge(kInstances, "agent", R"({"metadata":{"annotations":{"poke":"1"}}})");  // it would look in half a minute
  world.until("the instance's own", [this] { return world.phase("agent") == "Provisioning"; });
  EXPECT_EQ(world.condition("agent", "StatefulSetReady"), "False/StatefulSetNotReady");
}

TEST_F(OpenClawBadInput, ARoleBindingOfItsNameToAnotherRoleIsSaidWithTheWayOutWhichWorks) {
  constexpr kube::Resource kBindings{"rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding"};
  world.create(kBindings, "agent",
               R"({"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"edit"}})");
  world.instance("agent", "{}");
  world.start_operator();
  world.until("the condition", [this] { return world.condition("agent", "RBACReady") == "False/RoleBindingFixed"; });
  EXPECT_THAT(condition_message("RBACReady"), HasSubstr("kubectl -n ns delete rolebinding agent"));
  world.remove(kBindings, "agent");
  world.merge(kInstances, "agent", R"({"metadata":{"annotations":{"poke":"1"}}})");
  world.until("the condition", [this] { return world.condition("agent", "RBACReady") == "True/RBACCreated"; });
}

TEST_F(OpenClawBadInput, AConfigMapOfItsOwnThatSomebodyFrozeIsSaidWithTheWayOut) {
  running();
  world.merge(kConfigMaps, "agent-config", R"({"immutable":true})");
  world.merge(kInstances, "agent", R"({"spec":{"config":{"raw":{"logging":{"level":"debug"}}}}})");
  world.until("the condition", [this] { return world.condition("agent", "ConfigValid") == "False/ConfigMapFixed"; });
  EXPECT_THAT(condition_message("ConfigValid"), HasSubstr("kubectl -n ns delete configmap agent-config"));
  world.remove(kConfigMaps, "agent-config");
  world.until("the condition", [this] { return world.condition("agent", "ConfigValid") == "True/ConfigMapCreated"; });
}

TEST_F(OpenClawBadInput, AClaimThatTheSpecWantsOtherwiseStaysAndIsSaidToStay) {
  running();
  ASSERT_EQ(world.condition("agent", "StorageReady"), "True/PVCCreated");
  const auto size = [this](const std::string& text) {
    world.merge(kInstances, "agent", R"({"spec":{"storage":{"persistence":{"size":)" + text + "}}}}");
  };
  size(R"("5Gi")");
  world.until("the word", [this] { return world.condition("agent", "StorageReady") == "True/ClaimKept"; });
  EXPECT_THAT(condition_message("StorageReady"), HasSubstr(R"(is "10Gi", and the spec says "5Gi")"));
  EXPECT_EQ(world.phase("agent"), "Running");
  size("null");
  world.until("its end", [this] { return world.condition("agent", "StorageReady") == "True/PVCCreated"; });
}

TEST_F(OpenClawBadInput, UserZeroIsRefusedBeforeAnythingIsMade) { is_refused_before_anything_is_made(kRoot, "UID 0"); }

TEST_F(OpenClawBadInput, UserZeroLeavesThePodThatRunsAlone) {
  is_refused_and_runs_on(R"({"spec":)" + std::string(kRoot) + "}", "the StatefulSet that is there is left as it is");
}

TEST_F(OpenClawBadInput, TwoSourcesOfTheCaBundleAreRefused) {
  is_refused_and_runs_on(R"({"spec":{"security":{"caBundle":{"configMapName":"a","secretName":"b"}}}})", "both set");
}

TEST_F(OpenClawBadInput, ANameThatTheOperatorsContainersHaveIsRefused) {
  is_refused_and_runs_on(R"({"spec":{"sidecars":[{"name":"openclaw","image":"i"}]}})", "is reserved");
}

TEST_F(OpenClawBadInput, AConfigurationThatTheProgramCannotReadLeavesThePodThatRunsAlone) {
  running();
  const json::Value before = world.get(kStatefulSets, "agent");
  world.merge(kInstances, "agent", R"({"spec":{"config":{"raw":{"gateway":5}}}})");
  world.until("the condition", [this] { return world.condition("agent", "ConfigValid") == "False/ConfigUnreadable"; });
  EXPECT_THAT(condition_message("ConfigValid"), HasSubstr("spec.config.raw: gateway has to be an object"));
  EXPECT_EQ(json::find_string(world.get(kStatefulSets, "agent"), "metadata.resourceVersion"),
            json::find_string(before, "metadata.resourceVersion"));
  world.merge(kInstances, "agent", R"({"spec":{"config":{"raw":{"gateway":null}}}})");
  world.until("the words", [this] { return world.condition("agent", "ConfigValid") == "True/ConfigMapCreated"; });
}

TEST_F(OpenClawBadInput, WhatIsPutRightIsDoneAndTheConditionGoes) {
  is_refused_before_anything_is_made(kRoot, "nothing is made");
  world.merge(kInstances, "agent", R"({"spec":{"security":null}})");
  world.until("the StatefulSet", [this] { return world.generation("agent") == 1; });
  world.until("the status", [this] { return world.condition("agent", "SpecValid").empty(); });
  EXPECT_EQ(world.phase("agent"), "Provisioning");
}

TEST_F(OpenClawBadInput, AQuantityThatIsNoneIsTheDefaultAndSaidSo) {
  running(R"({"resources":{"limits":{"cpu":"1","memory":"much"}}})", "");
  EXPECT_EQ(world.condition("agent", "SpecValid"), "False/SpecInvalid");
  EXPECT_THAT(condition_message("SpecValid"), HasSubstr("spec.resources.limits.memory"));
  EXPECT_THAT(json::serialize(world.get(kStatefulSets, "agent")), HasSubstr(R"("memory":"4Gi")"));
}

TEST_F(OpenClawBadInput, WhatIsNotBuiltYetIsOneWarningThatNamesItAll) {
  running(R"({"chromium":{"enabled":true},"skills":["a"]})", "");
  world.until("the event", [this] { return world.events("NotBuiltYet").size() == 1; });
  EXPECT_THAT(json::serialize(world.events("NotBuiltYet")[0]), HasSubstr("spec.chromium, spec.skills"));
  EXPECT_EQ(world.condition("agent", "SpecSupported"), "False/NotBuiltYet");
  world.settle_after("agent", [this] { world.merge(kInstances, "agent", R"({"spec":{"env":[{"name":"A"}]}})"); });
  world.stop_operator();
  world.start_operator();
  world.until("a pass", [this] { return world.passes("agent") > 0; });
  world.merge(kInstances, "agent", R"({"spec":{"skills":["a","b"],"tailscale":{"enabled":true}}})");
  world.until("the second event", [this] { return world.events("NotBuiltYet").size() == 2; });
  EXPECT_EQ(json::find(world.events("NotBuiltYet")[0], "count")->as_int64(), 1);
}

TEST_F(OpenClawBadInput, FiveHundredVariablesReachThePodAndASecondPassWritesNothing) {
  json::Array env;
  for (int i = 0; i < 500; ++i) {
    env.push_back(json::Object{{"name", "V" + std::to_string(i)}, {"value", std::to_string(i)}});
  }
  running(json::serialize(json::Object{{"env", env}}), "");
  EXPECT_THAT(json::serialize(world.get(kStatefulSets, "agent")), HasSubstr(R"("name":"V499","value":"499")"));
  stays([this] { world.merge(kInstances, "agent", R"({"metadata":{"annotations":{"poke":"1"}}})"); });
}

// References that lead back to Secrets which are made for the instance.
TEST_F(OpenClawBadInput, AnInstanceThatReadsItsOwnTokenRestartsOnceWhenItChangesAndNotForItself) {
  running(R"({"envFrom":[{"secretRef":{"name":"agent-gateway-token"}}]})", "");
  for (const char* annotation : {R"("poke":"0")", R"("openclaw.rocks/secret-rollback":"true")"}) {
    stays(
        [&] { world.merge(kInstances, "agent", R"({"metadata":{"annotations":{)" + std::string(annotation) + "}}}"); });
  }
  const std::int64_t generation = world.generation("agent");
  world.merge(kSecrets, "agent-gateway-token", R"({"data":{"token":")" + base64_encode(std::string(64, 'a')) + "\"}}");
  world.until("the restart", [&] { return world.generation("agent") > generation; });
  stays([this] { world.merge(kInstances, "agent", R"({"metadata":{"annotations":{"poke":"1"}}})"); });
  EXPECT_EQ(world.generation("agent"), generation + 1);
}

TEST_F(OpenClawBadInput, ACopyOfAGoodValueThatTheSpecNamesIsKeptAndIsNotCopiedItself) {
  const auto copies = [this] {
    std::set<std::string> names;
    for (const json::Value& secret : world.all(kSecrets)) {
      std::string name(json::find_string(secret, "metadata.name"));
      if (name.starts_with("agent-last-good-")) names.insert(std::move(name));
    }
    return names;
  };
  const auto copy_of_keys = [this] {
    for (const json::Value& secret : world.all(kSecrets)) {
      if (json::serialize(secret).contains(R"("openclaw.rocks/copy-of":"keys")")) {
        return std::string(json::find_string(secret, "metadata.name"));
      }
    }
    return std::string();
  };
  const auto rolls_out = [this] {
    world.merge(kStatefulSets, "agent",
                R"({"status":{"observedGeneration":)" + std::to_string(world.generation("agent")) +
                    R"(,"replicas":1,"updatedReplicas":1,"readyReplicas":1}})",
                "status");
  };
  world.secret("keys", R"({"A":"MQ=="})");
  world.instance("agent", kEnvFrom);
  world.merge(kInstances, "agent", R"({"metadata":{"annotations":{"openclaw.rocks/secret-rollback":"true"}}})");
  world.start_operator({.operator_namespace = "rotor", .quiet = std::chrono::nanoseconds(0), .proven_after = {}});
  world.until("the StatefulSet", [this] { return world.generation("agent") == 1; });
  rolls_out();
  world.until("copies of keys and token", [&] { return copies().size() == 2; });
  const std::string copy = copy_of_keys();
  const std::int64_t generation = world.generation("agent");
  world.merge(kInstances, "agent", R"({"spec":{"envFrom":[{"secretRef":{"name":")" + copy + R"("}}]}})");
  world.until("the pod with it", [&] { return world.generation("agent") > generation; });
  rolls_out();
  world.until("the status", [this] { return world.condition("agent", "SecretsReady") == "True/AllSecretsFound"; });
  for (const char* annotation : {R"("poke":"1")", R"("openclaw.rocks/secret-rollback":null)", R"("poke":"2")"}) {
    stays(
        [&] { world.merge(kInstances, "agent", R"({"metadata":{"annotations":{)" + std::string(annotation) + "}}}"); });
    EXPECT_FALSE(world.get(kSecrets, copy).is_null()) << "pods start with it: " << annotation;
  }
  EXPECT_EQ(copies(), std::set<std::string>{copy});
}

// What the API server takes at most in one Secret.
TEST_F(OpenClawBadInput, ASecretOfAMebibyteRotatesAsAnyOther) {
  const auto data = [](char first) {
    const std::string filler(100'000, first);
    json::Object values{{"A", base64_encode(std::string(1, first))}};
    for (int i = 0; i < 7; ++i) values["F" + std::to_string(i)] = base64_encode(filler);
    values["rest"] = base64_encode(std::string(290'000, 'x'));
    return json::serialize(values);
  };
  running(R"({"env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"keys","key":"A"}}}]})", data('1'));
  rotates_once([&] { world.secret("keys", data('2')); });
}

// What the API server refuses passes with an edit, a quota or a policy, which nothing tells of.
TEST_F(OpenClawBadInput, W23ARefusedWriteIsTriedAgainAsSoonAsAnyOther) {
  for (const auto& [status, reason] : {std::pair{403, "Forbidden"}, std::pair{422, "Invalid"}}) {
    world.faults().add(
        {.verb = "patch", .resource = "statefulsets", .status = status, .reason = reason, .message = "no"});
  }
  world.instance("agent", "{}");
  world.start_operator({.operator_namespace = "rotor",
                        .quiet = std::chrono::nanoseconds(0),
                        .retry_at_most = std::chrono::milliseconds(100)});
  world.until("the StatefulSet", [this] { return world.generation("agent") == 1; });
  EXPECT_EQ(world.faults().hits(), 2U);
}

TEST_F(OpenClawBadInput, SuspensionIsAnEventAndAPhase) {
  running();
  world.merge(kInstances, "agent", R"({"spec":{"suspended":true}})");
  world.until("Suspended", [this] { return world.phase("agent") == "Suspended"; });
  EXPECT_EQ(world.condition("agent", "StatefulSetReady"), "False/StatefulSetScalingDown");
  EXPECT_EQ(*json::find(world.get(kStatefulSets, "agent"), "spec.replicas"), 0);
  EXPECT_FALSE(world.get(kServices, "agent").is_null());
  world.merge(kStatefulSets, "agent", R"({"status":{"replicas":0,"readyReplicas":null}})", "status");
  world.until("no pod", [this] { return world.condition("agent", "StatefulSetReady") == "True/StatefulSetSuspended"; });
  world.until("the event", [this] { return world.events("Suspended").size() == 1; });
  EXPECT_EQ(world.condition("agent", "Ready"), "False/Suspended");
}

}  // namespace
}  // namespace rotor::test
