// A value whose rollout fails: the instance goes back to the one before, from a copy. Whole flows on the embedded API
// server; the tests play the StatefulSet's controller and the node.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openclaw/names.hpp"
#include "openclaw/rollout/history.hpp"
#include "tests/fakes/skewed_clock.hpp"
#include "tests/scenarios/openclaw_replica.hpp"
#include "tests/scenarios/openclaw_running.hpp"

namespace rotor::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kAsked = R"({"metadata":{"annotations":{"openclaw.rocks/secret-rollback":"true"}}})";
constexpr std::string_view kNotAsked = R"({"metadata":{"annotations":{"openclaw.rocks/secret-rollback":null}}})";

class OpenClawLastGood : public RunningInstance {
 protected:
  void start(Duration proven_after = 0s, Duration progress_deadline = 10min) {
    world.start_operator({.operator_namespace = "rotor",
                          .quiet = std::chrono::nanoseconds(0),
                          .proven_after = proven_after,
                          .progress_deadline = progress_deadline});
  }
  // An instance whose first value is good, and a copy of it is kept.
  void kept(Duration proven_after = 0s, Duration progress_deadline = 10min) {
    world.secret("keys", R"({"A":"MQ=="})");
    world.instance("agent", kEnvFrom);
    world.merge(kInstances, "agent", kAsked);
    start(proven_after, progress_deadline);
    world.until("the StatefulSet", [this] { return world.generation("agent") == 1; });
    rolls_out();
    world.until("a copy", [this] { return copies().size() == 1 && !annotation().empty(); });
  }
  // As the controller of StatefulSets would say of the template that is there.
  void reports(bool ready) {
    const std::string generation = std::to_string(world.generation("agent"));
    world.merge(kStatefulSets, "agent",
                R"({"status":{"observedGeneration":)" + generation +
                    R"(,"replicas":1,"updatedReplicas":1,"updateRevision":"r-)" + generation + R"(","readyReplicas":)" +
                    (ready ? "1" : "null") + "}}",
                "status");
  }
  void rolls_out() { reports(true); }
  void does_not_start() { reports(false); }
  void pod_ends_with(int code) {
    const std::string revision = "r-" + std::to_string(world.generation("agent"));
    if (!world.get(kPods, "agent-0").is_null()) world.remove(kPods, "agent-0");
    world.create(kPods, "agent-0",
                 R"({"metadata":{"labels":{"app.kubernetes.io/name":"openclaw","app.kubernetes.io/instance":"agent",)"
                 R"("app.kubernetes.io/managed-by":"openclaw-operator","controller-revision-hash":")" +
                     revision + R"("}},"spec":{"containers":[{"name":"openclaw","image":"i"}]}})");
    world.merge(kPods, "agent-0",
                R"({"status":{"containerStatuses":[{"name":"openclaw","image":"i","imageID":"","ready":false,)"
                R"("restartCount":1,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":)"
                R"({"exitCode":)" +
                    std::to_string(code) + "}}}]}}",
                "status");
  }
  void new_value(std::string_view base64) { world.secret("keys", R"({"A":")" + std::string(base64) + "\"}"); }
  void rotates_to(std::string_view base64) {
    rotates_once([&] { new_value(base64); });
  }
  std::vector<json::Value> copies(std::string_view of = "keys") {
    std::vector<json::Value> found = world.all(kSecrets);
    std::erase_if(found, [of](const json::Value& secret) {
      const json::Value* notes = json::find(secret, "metadata.annotations");
      const json::Value* name = notes == nullptr ? nullptr : notes->as_object().if_contains("openclaw.rocks/copy-of");
      return name == nullptr || name->as_string() != of;
    });
    return found;
  }
  std::string used() {  // the Secret of envFrom in the template
    const json::Value set = world.get(kStatefulSets, "agent");
    const json::Value* main = json::find(set, "spec.template.spec.containers");
    return std::string(json::find_string(main->as_array()[0].at("envFrom").as_array()[0], "secretRef.name"));
  }
  std::string annotation(std::string_view name = openclaw::kLastGood) {
    const json::Value set = world.get(kStatefulSets, "agent");
    const json::Value* all = json::find(set, "metadata.annotations");
    const json::Value* value = all == nullptr ? nullptr : all->as_object().if_contains(name);
    return value == nullptr ? std::string() : std::string(value->as_string());
  }
  bool secrets_ready(std::string_view is) { return world.condition("agent", "SecretsReady") == is; }
  void goes_back() {
    world.until("the condition", [&] { return secrets_ready("False/SecretRolledBack"); });
    world.until("the copy to be used", [&] { return used().starts_with("agent-last-good-"); });
  }
};

TEST_F(OpenClawLastGood, OfAGoodRolloutIsAnImmutableCopyThatBelongsToTheInstance) {
  kept();
  const json::Value copy = copies().front();
  EXPECT_EQ(*json::find(copy, "immutable"), true);
  EXPECT_EQ(json::find_string(copy, "data.A"), "MQ==");
  EXPECT_EQ(json::find(copy, "metadata.annotations")->at("openclaw.rocks/copy-of").as_string(), "keys");
  EXPECT_EQ(json::find_string(json::find(copy, "metadata.ownerReferences")->as_array()[0], "name"), "agent");
  EXPECT_EQ(world.generation("agent"), 1);
  const auto writes = world.operator_requests("", "secrets");
  world.settle_after("agent", [&] { world.merge(kInstances, "agent", R"({"metadata":{"labels":{"a":"b"}}})"); });
  EXPECT_EQ(world.operator_requests("", "secrets"), writes) << "a second pass neither reads nor writes";
  world.remove(kInstances, "agent", {.propagation_policy = "Background"});
  world.until("the copies to go with it", [&] { return copies().empty() && copies("agent-gateway-token").empty(); });
}

TEST_F(OpenClawLastGood, NobodyWhoDidNotAskGetsACopy) {
  running();
  rolls_out();
  rotates_to("Mg==");
  EXPECT_TRUE(copies().empty());
  pod_ends_with(78);
  does_not_start();
  world.settle_after("agent", [&] { world.merge(kInstances, "agent", R"({"metadata":{"labels":{"a":"b"}}})"); });
  EXPECT_EQ(used(), "keys");
}

TEST_F(OpenClawLastGood, ExitCode78GoesBackAtOnceAndNamesTheSecret) {
  kept();
  rotates_to("Mg==");
  const std::int64_t generation = world.generation("agent");
  does_not_start();
  pod_ends_with(78);
  goes_back();
  EXPECT_EQ(world.generation("agent"), generation + 1);
  world.until("the event", [&] { return world.events("SecretRolledBack").size() == 1; });
  const std::string told = json::serialize(world.events("SecretRolledBack").front());
  EXPECT_THAT(told, HasSubstr("keys"));
  EXPECT_THAT(told, HasSubstr("78"));
  EXPECT_EQ(world.events("SecretRotated").size(), 1U) << "going back is told in its own words";
  rolls_out();
  world.until("Running", [&] { return world.phase("agent") == "Running"; });
  EXPECT_TRUE(secrets_ready("False/SecretRolledBack"));
  EXPECT_EQ(world.generation("agent"), generation + 1);
  EXPECT_THAT(world.metrics().render(), HasSubstr(R"(result="rolled_back"} 1)"));
  const openclaw::History history = openclaw::parse_history(annotation(openclaw::kSecretHistory));
  ASSERT_EQ(history.restarts.size(), 2U);
  EXPECT_EQ(history.restarts[0].result, "rolled back");
  EXPECT_THAT(history.restarts[0].why, HasSubstr("exit code 78"));
  EXPECT_EQ(history.restarts[1].secrets.at("keys").copy, used());
}

TEST_F(OpenClawLastGood, ACopySaysWhatTheStoreCalledItsValues) {
  kept();
  const std::string versions = R"({"keys":{"A":[{"store":"SecretStore/vault","key":"a","version":"2"}]}})";
  rotates_once([&] {
    world.merge(kSecrets, "keys",
                json::serialize(json::Object{{"metadata", {{"annotations", {{"rotor/store-versions", versions}}}}},
                                             {"data", {{"A", "Mg=="}}}}));
  });
  rolls_out();
  world.until("the copy", [this] {
    const auto all = copies();
    return all.size() == 1 && json::find_string(all.front(), "data.A") == "Mg==";
  });
  EXPECT_EQ(json::find(copies().front(), "metadata.annotations")->at("rotor/store-versions").as_string(), versions);
}

TEST_F(OpenClawLastGood, AnotherExitCodeIsNoVerdict) {
  kept();
  rotates_to("Mg==");
  does_not_start();
  world.settle_after("agent", [&] {
    pod_ends_with(1);
    world.merge(kInstances, "agent", R"({"metadata":{"labels":{"a":"b"}}})");
  });
  EXPECT_EQ(used(), "keys");
}

TEST_F(OpenClawLastGood, PodsThatAreNotReadyInTimeGoBack) {
  kept(0s, 300ms);
  new_value("Mg==");
  goes_back();
  EXPECT_EQ(world.generation("agent"), 3) << "there and back";
  EXPECT_THAT(json::serialize(world.get(kInstances, "agent")), HasSubstr("no pod was ready after"));
}

// By its clock the value has been tried for twenty minutes, of ten.
TEST_F(OpenClawLastGood, ALeaderWhoseClockIsAheadGivesANewValueTheTimeItHas) {
  kept();
  rotates_to("Mg==");
  does_not_start();
  world.stop_operator();
  SkewedClock ahead(world.clock(), 20min);
  OpenClawReplica next(
      world, {.operator_namespace = "rotor", .quiet = 0ns, .proven_after = 0s, .progress_deadline = 10min}, &ahead);
  next.take_over();
  world.until("a pass", [&next] { return next.passes("agent") > 0; });
  EXPECT_EQ(used(), "keys");
  EXPECT_FALSE(secrets_ready("False/SecretRolledBack"));
}

TEST_F(OpenClawLastGood, AnotherValueEndsTheRefusalAndAGoodOneTakesTheOldCopyAway) {
  kept();
  const std::string first = std::string(json::find_string(copies().front(), "metadata.name"));
  rotates_to("Mg==");
  does_not_start();
  pod_ends_with(78);
  goes_back();
  EXPECT_EQ(used(), first);
  rolls_out();
  rotates_to("Mw==");
  EXPECT_EQ(used(), "keys");
  world.until("the condition", [&] { return secrets_ready("True/AllSecretsFound"); });
  EXPECT_EQ(copies().size(), 1U) << "kept until the new value is good";
  rolls_out();
  world.until("the new copy alone", [&] {
    const auto there = copies();
    return there.size() == 1 && json::find_string(there.front(), "data.A") == "Mw==";
  });
}

TEST_F(OpenClawLastGood, AnOperatorThatStartsAgainKeepsToTheCopy) {
  kept();
  rotates_to("Mg==");
  does_not_start();
  pod_ends_with(78);
  goes_back();
  const std::int64_t generation = world.generation("agent");
  world.stop_operator();
  start();
  world.settle_after("agent", [&] { world.merge(kInstances, "agent", R"({"metadata":{"labels":{"a":"b"}}})"); });
  EXPECT_EQ(world.generation("agent"), generation);
  EXPECT_TRUE(secrets_ready("False/SecretRolledBack"));
  EXPECT_TRUE(used().starts_with("agent-last-good-"));
}

TEST_F(OpenClawLastGood, AnEditOfTheInstanceDoesNotStartPodsWithTheRefusedValue) {
  kept();
  rotates_to("Mg==");
  does_not_start();
  pod_ends_with(78);
  goes_back();
  const std::int64_t generation = world.generation("agent");
  world.merge(kInstances, "agent", R"({"spec":{"env":[{"name":"MORE","value":"1"}]}})");
  world.until("the edit", [&] { return world.generation("agent") > generation; });
  EXPECT_TRUE(used().starts_with("agent-last-good-"));
  world.until("the condition", [&] { return secrets_ready("False/SecretRolledBack"); });
}

TEST_F(OpenClawLastGood, WithoutTheAnnotationPodsStartWithWhatIsThereAndTheCopyGoes) {
  kept();
  rotates_to("Mg==");
  does_not_start();
  pod_ends_with(78);
  goes_back();
  world.merge(kInstances, "agent", kNotAsked);
  world.until("the Secret itself", [&] { return used() == "keys"; });
  EXPECT_EQ(annotation(), "");
  rolls_out();
  world.until("no copy", [&] { return copies().empty(); });
}

TEST_F(OpenClawLastGood, AReadyPodIsNoProofBeforeItSettled) {
  kept(10min);
  rotates_to("Mg==");
  rolls_out();
  world.settle_after("agent", [&] { world.merge(kInstances, "agent", R"({"metadata":{"labels":{"a":"b"}}})"); });
  ASSERT_EQ(copies().size(), 1U);
  EXPECT_EQ(json::find_string(copies().front(), "data.A"), "MQ==");
  pod_ends_with(78);
  goes_back();
}

TEST_F(OpenClawLastGood, NoValueShowsInAnythingButSecrets) {
  const std::string canary = "Y2FuYXJ5LTQ3MTE=";  // canary-4711
  kept();
  new_value(canary);
  world.until("the rotation", [&] { return world.generation("agent") == 2; });
  does_not_start();
  pod_ends_with(78);
  goes_back();
  for (const auto& resource : {kStatefulSets, kInstances, kEvents, kPods}) {
    for (const json::Value& object : world.all(resource)) {
      EXPECT_THAT(json::serialize(object), Not(HasSubstr("canary-4711")));
      EXPECT_THAT(json::serialize(object), Not(HasSubstr(canary)));
    }
  }
}

}  // namespace
}  // namespace rotor::test
