// Somebody else writes to what is ours: it is put back, in one write, and no pod restarts for it.
#include <gmock/gmock.h>

#include "apiserver/server/faults.hpp"
#include "tests/scenarios/openclaw_running.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;

class OpenClawRepair : public RunningInstance {
 protected:
  std::string mark(std::string_view path, std::string_view name) {
    const json::Value object = world.get(kStatefulSets, "agent");
    const json::Value* all = json::find(object, path);
    const json::Value* value = all == nullptr ? nullptr : all->as_object().if_contains(name);
    return value == nullptr ? std::string() : std::string(value->as_string());
  }
  std::string state() { return mark("metadata.annotations", "openclaw.rocks/secret-state"); }
  std::string config_hash() { return mark("spec.template.metadata.annotations", "openclaw.rocks/config-hash"); }
  json::Value pod_template() { return *json::find(world.get(kStatefulSets, "agent"), "spec.template"); }

  // After the edit the StatefulSet is what it was, by one write of ours.
  void comes_back(std::string_view patch) {
    const json::Value pods = pod_template();
    const std::string marks = state();
    const auto writes = world.operator_requests("patch", "statefulsets");
    world.merge(kStatefulSets, "agent", patch);
    world.until("the repair", [&] { return world.operator_requests("patch", "statefulsets") > writes; });
    world.until("what was there", [&] { return pod_template() == pods && state() == marks; });
    const std::string poke = R"({"metadata":{"annotations":{"poke":")" + std::to_string(writes) + R"("}}})";
    world.settle_after("agent", [&] { world.merge(kInstances, "agent", poke); });
    EXPECT_EQ(world.operator_requests("patch", "statefulsets"), writes + 1);
    EXPECT_TRUE(world.events("SecretRotated").empty());
  }
};

TEST_F(OpenClawRepair, AMarkOnTheTemplateThatSomebodyOverwritesComesBack) {
  running();
  comes_back(R"({"spec":{"template":{"metadata":{"annotations":{"openclaw.rocks/secret-hash":"0000000000000000"}}}}})");
}

TEST_F(OpenClawRepair, AMarkOnTheTemplateThatSomebodyRemovesComesBack) {
  running();
  comes_back(R"({"spec":{"template":{"metadata":{"annotations":{"openclaw.rocks/secret-hash":null}}}}})");
}

TEST_F(OpenClawRepair, TheConfigHashComesBack) {
  running();
  EXPECT_NE(config_hash(), "");
  comes_back(R"({"spec":{"template":{"metadata":{"annotations":{"openclaw.rocks/config-hash":"0000000000000000"}}}}})");
}

TEST_F(OpenClawRepair, TheRecordOfTheSecretsComesBack) {
  running();
  comes_back(R"({"metadata":{"annotations":{"openclaw.rocks/secret-state":null}}})");
}

TEST_F(OpenClawRepair, ARecordOfTheSecretsInOtherWordsComesBack) {
  running();
  comes_back(R"({"metadata":{"annotations":{"openclaw.rocks/secret-state":"{\"secrets\":{}}"}}})");
}

TEST_F(OpenClawRepair, AllMarksAtOnceComeBackInOneWrite) {
  running();
  comes_back(R"({"metadata":{"annotations":{"openclaw.rocks/secret-state":"x"}},
                 "spec":{"template":{"metadata":{"annotations":{"openclaw.rocks/secret-hash":"x",
                 "openclaw.rocks/config-hash":null}}}}})");
}

TEST_F(OpenClawRepair, AMarkThatIsOverwrittenWhileTheOperatorIsAwayComesBack) {
  running();
  const json::Value pods = pod_template();
  world.stop_operator();
  world.merge(kStatefulSets, "agent",
              R"({"spec":{"template":{"metadata":{"annotations":{"openclaw.rocks/secret-hash":"x"}}}}})");
  world.start_operator();
  world.until("the repair", [&] { return pod_template() == pods; });
}

TEST_F(OpenClawRepair, AChangeOfASecretIsNotLostInARepair) {
  running();
  const std::string before = world.secret_hash("agent");
  world.stop_operator();
  world.secret("keys", R"({"A":"Mg=="})");
  world.merge(kStatefulSets, "agent",
              R"({"spec":{"template":{"metadata":{"annotations":{"openclaw.rocks/config-hash":"x"}}}}})");
  world.start_operator();
  world.until("the repair", [&] { return config_hash() != "x"; });
  // The template that comes back would be the one the pods run with, so it has to be another one.
  EXPECT_NE(world.secret_hash("agent"), before);
}

TEST_F(OpenClawRepair, FalseThatWeSetComesBack) {
  running();
  comes_back(R"({"spec":{"template":{"spec":{"automountServiceAccountToken":null}}}})");
  json::Value object = world.get(kStatefulSets, "agent");
  json::Value containers = *json::find(object, "spec.template.spec.containers");
  json::Object& security = containers.as_array()[0].as_object()["securityContext"].as_object();
  ASSERT_EQ(security.erase("allowPrivilegeEscalation"), 1U);
  ASSERT_EQ(security.erase("readOnlyRootFilesystem"), 1U);
  comes_back(R"({"spec":{"template":{"spec":{"containers":)" + json::serialize(containers) + "}}}}");
}

TEST_F(OpenClawRepair, FalseOfTheServiceAccountComesBack) {
  running();
  world.merge(kServiceAccounts, "agent", R"({"automountServiceAccountToken":null})");
  world.until("the repair", [this] {
    const json::Value account = world.get(kServiceAccounts, "agent");
    const json::Value* flag = json::find(account, "automountServiceAccountToken");
    return flag != nullptr && *flag == false;
  });
}

TEST_F(OpenClawRepair, AnOwnerThatIsTakenOffComesBack) {
  running();
  world.merge(kServices, "agent", R"({"metadata":{"ownerReferences":null}})");
  world.until("the owner", [this] {
    return json::serialize(world.get(kServices, "agent")).contains(R"("kind":"OpenClawInstance")");
  });
}

TEST_F(OpenClawRepair, AStatusThatMetSomebodyElsesWriteIsWrittenByTheNextPass) {
  running();
  world.faults().add({.verb = "patch", .resource = "openclawinstances/status", .status = 409, .reason = "Conflict"});
  world.pod_is_ready("agent", false);
  world.until("Provisioning", [this] { return world.phase("agent") == "Provisioning"; });
  EXPECT_TRUE(world.events("ReconcileFailed").empty());
  EXPECT_THAT(world.metrics().render(), HasSubstr(R"(result="conflict"} 1)"));
}

TEST_F(OpenClawRepair, ConflictsThatGoOnAreNoHotLoop) {
  running();
  world.faults().add(
      {.verb = "patch", .resource = "openclawinstances/status", .times = -1, .status = 409, .reason = "Conflict"});
  const auto before = world.operator_requests("patch", "openclawinstances/status");
  world.pod_is_ready("agent", false);
  const auto begin = std::chrono::steady_clock::now();
  world.until("two seconds", [&] { return std::chrono::steady_clock::now() - begin > std::chrono::seconds(2); });
  EXPECT_LE(world.operator_requests("patch", "openclawinstances/status"), before + 5);
}

TEST_F(OpenClawRepair, AnInstanceWhosePodStopsBeingReadySaysSo) {
  running();
  world.pod_is_ready("agent", false);
  world.until("Provisioning", [this] { return world.phase("agent") == "Provisioning"; });
  EXPECT_EQ(world.condition("agent", "Ready"), "False/StatefulSetNotReady");
  EXPECT_EQ(world.condition("agent", "StatefulSetReady"), "False/StatefulSetNotReady");
  EXPECT_THAT(world.metrics().render(), HasSubstr(R"(openclaw_instance_ready{instance="agent",namespace="ns"} 0)"));
  world.pod_is_ready("agent");
  world.until("Running", [this] { return world.phase("agent") == "Running"; });
}

TEST_F(OpenClawRepair, ANameThatNoStatefulSetCanLiveWithIsRefusedBeforeAnythingIsMade) {
  const std::string longest(52, 'a'), longer(53, 'a');
  world.instance(longer, "{}");
  world.instance("dotted.name", "{}");
  world.instance(longest, "{}");
  world.start_operator();
  world.until("the StatefulSet that fits", [&] { return world.generation(longest) == 1; });
  for (const std::string& name : {longer, std::string("dotted.name")}) {
    world.until("the condition", [&] { return world.condition(name, "NameUsable") == "False/NameUnusable"; });
    EXPECT_EQ(world.phase(name), "Failed");
    EXPECT_EQ(world.condition(name, "Ready"), "False/NameUnusable");
    for (const kube::Resource& kind : {kStatefulSets, kServices, kServiceAccounts}) {
      EXPECT_TRUE(world.get(kind, name).is_null()) << kind.kind;
    }
    EXPECT_TRUE(world.get(kSecrets, name + "-gateway-token").is_null());
  }
  world.until("the events", [this] { return world.events("NameUnusable").size() == 2; });
  world.remove(kInstances, longer);
  world.until("the end", [&] { return world.get(kInstances, longer).is_null(); });
}

TEST_F(OpenClawRepair, PodsThatRunUnderSuchANameAreLeftAlone) {
  const std::string name(53, 'a');
  world.instance(name, kEnvFrom);
  const std::string uid(json::find_string(world.get(kInstances, name), "metadata.uid"));
  world.create(kStatefulSets, name,
               R"({"metadata":{"ownerReferences":[{"apiVersion":"openclaw.rocks/v1alpha1","kind":"OpenClawInstance",
                  "name":")" +
                   name + R"(","controller":true,"uid":")" + uid + R"("}]},
                   "spec":{"serviceName":"s","selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
                   "spec":{"containers":[{"name":"openclaw","image":"theirs:1"}]}}}})");
  world.pod_is_ready(name);
  world.start_operator();
  world.until("the condition", [&] { return world.condition(name, "NameUsable") == "False/NameUnusable"; });
  EXPECT_EQ(world.phase(name), "Running");
  world.settle_after(name, [&] { world.merge(kInstances, name, R"({"spec":{"image":{"tag":"v2"}}})"); });
  EXPECT_EQ(world.generation(name), 1);
  EXPECT_EQ(world.operator_requests("patch", "statefulsets"), 0U);
}

}  // namespace
}  // namespace rotor::test
