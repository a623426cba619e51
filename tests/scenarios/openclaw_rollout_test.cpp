// Many instances, one Secret: who restarts when, on the embedded API server.
#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openclaw/rollout/history.hpp"
#include "tests/scenarios/openclaw_running.hpp"

namespace rotor::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr kube::Resource kProofs{"batch", "v1", "jobs", "Job"};
constexpr std::string_view kProven = R"({"metadata":{"annotations":{"openclaw.rocks/secret-proof":"command",
    "openclaw.rocks/secret-proof-command":"[\"check-key\"]"}}})";
constexpr std::string_view kRefused = R"({"status":{"startTime":"2026-01-02T03:04:05Z","conditions":[
    {"type":"FailureTarget","status":"True"},{"type":"Failed","status":"True","reason":"PodFailurePolicy"}]}})";

std::string agent(int n) { return "agent-" + std::to_string(n); }

class OpenClawRollout : public testing::Test {
 protected:
  static openclaw::ControllerOptions limited(openclaw::RolloutLimits limits) {
    return {.operator_namespace = "rotor", .quiet = 0ns, .rollouts = limits};
  }
  // So many instances that run with the Secret "keys".
  void fleet(int n, openclaw::RolloutLimits limits) {
    size = n;
    world.secret("keys", R"({"A":"MQ=="})");
    for (int i = 0; i < n; ++i) world.instance(agent(i), kEnvFrom);
    world.start_operator(limited(limits));
    for (int i = 0; i < n; ++i) {
      world.until("a StatefulSet", [&] { return world.generation(agent(i)) == 1; });
      rolls_out(agent(i));
    }
    for (int i = 0; i < n; ++i) world.until("Running", [&] { return world.phase(agent(i)) == "Running"; });
  }
  // As the StatefulSet's controller would say when all pods are new and ready.
  void rolls_out(const std::string& name) {
    world.merge(
        kStatefulSets, name,
        fmt::format(R"({{"status":{{"observedGeneration":{},"replicas":1,"updatedReplicas":1,"readyReplicas":1}}}})",
                    world.generation(name)),
        "status");
  }
  // As it says between the end of a pod and the next one, seen on 1.36.3.
  void has_no_pod(const std::string& name) {
    world.merge(
        kStatefulSets, name,
        fmt::format(
            R"({{"status":{{"observedGeneration":{},"replicas":0,"updatedReplicas":null,"readyReplicas":null}}}})",
            world.generation(name)),
        "status");
  }
  bool is_rolled_out(const std::string& name) {
    return json::find(world.get(kStatefulSets, name), "status.observedGeneration")->as_int64() ==
           world.generation(name);
  }
  std::vector<std::string> restarting() {
    std::vector<std::string> out;
    for (int i = 0; i < size; ++i) {
      if (!is_rolled_out(agent(i))) out.push_back(agent(i));
    }
    return out;
  }
  void until_restarting(std::size_t n) {
    world.until("restarts", [&] { return restarting().size() == n; });
  }
  int waiting(const std::string& reason) {
    int n = 0;
    for (int i = 0; i < size; ++i) n += world.condition(agent(i), "RotationWaiting") == "True/" + reason ? 1 : 0;
    return n;
  }

  openclaw::PastRestart newest_restart(const std::string& name) {
    const json::Value set = world.get(kStatefulSets, name);
    const auto& annotations = json::find(set, "metadata.annotations")->as_object();
    const auto history = openclaw::parse_history(annotations.at("openclaw.rocks/secret-history").as_string());
    return history.restarts.empty() ? openclaw::PastRestart{} : history.restarts.back();
  }

  OpenClawWorld world;
  int size = 0;
};

TEST_F(OpenClawRollout, B279Row12W13NeverMoreThanTheLimitRestartAndAllOfThemDo) {
  fleet(12, {.at_once = 3, .canaries = 2});
  world.secret("keys", R"({"A":"Mg=="})");
  std::size_t most = 0;
  for (int done = 0; done < size; ++done) {
    world.until("a restart", [&] { return !restarting().empty(); });
    const auto now = restarting();
    most = std::max(most, now.size());
    ASSERT_LE(now.size(), done < 2 ? 2U : 3U);
    rolls_out(now.front());
  }
  world.until("the end of it", [&] { return waiting("RolloutLimit") + waiting("CanariesFirst") == 0; });
  EXPECT_TRUE(restarting().empty());
  for (int i = 0; i < size; ++i) EXPECT_EQ(world.generation(agent(i)), 2) << agent(i);
}

TEST_F(OpenClawRollout, W13AMomentWithoutAPodIsNoRestartThatEndedWell) {
  fleet(4, {.at_once = 4, .canaries = 2});
  world.secret("keys", R"({"A":"Mg=="})");
  until_restarting(2);
  world.until("the line", [&] { return waiting("CanariesFirst") == 2; });
  const std::vector<std::string> canaries = restarting();
  for (const std::string& canary : canaries) has_no_pod(canary);
  for (int i = 0; i < size; ++i) {
    world.settle_after(agent(i), [&] { world.merge(kInstances, agent(i), R"({"metadata":{"labels":{"a":"b"}}})"); });
  }
  EXPECT_EQ(waiting("CanariesFirst"), 2);
  EXPECT_THAT(world.metrics().render(), HasSubstr("openclaw_rollouts_in_progress 2"));
  for (const std::string& canary : canaries) rolls_out(canary);
  world.until("the others", [&] { return restarting().size() == 2 && waiting("CanariesFirst") == 0; });
}

TEST_F(OpenClawRollout, W13ABadValueStopsAfterItsCanariesAndTheNextOneGoesOn) {
  fleet(6, {.at_once = 6, .canaries = 2, .deadline = 3s});
  world.secret("keys", R"({"A":"Mg=="})");
  until_restarting(2);
  const auto bad = restarting();
  world.until("the stop", [&] { return waiting("SecretRolloutPaused") == 4; });
  EXPECT_EQ(restarting(), bad);
  for (const std::string& failed : bad) {
    world.until("the end of its restart", [&] { return newest_restart(failed).result == "failed"; });
    EXPECT_EQ(newest_restart(failed).why, "did not become ready within 3s");
    EXPECT_EQ(newest_restart(failed).stopped, std::vector<std::string>{"keys"});
    EXPECT_EQ(world.generation(failed), 2) << "saying so restarts nothing";
  }
  const auto events = world.events("SecretRolloutPaused");
  ASSERT_FALSE(events.empty());
  EXPECT_THAT(json::serialize(events[0]), HasSubstr("keys"));
  EXPECT_THAT(world.metrics().render(), HasSubstr(R"(openclaw_secret_rollout_paused{namespace="ns",secret="keys"} 1)"));
  EXPECT_THAT(world.metrics().render(), HasSubstr("openclaw_rollouts_queued 4"));

  world.secret("keys", R"({"A":"Mw=="})");
  world.until("canaries of the next value", [&] { return waiting("SecretRolloutPaused") == 0; });
  EXPECT_LE(restarting().size(), 4U);  // the two that hang, and two canaries
}

TEST_F(OpenClawRollout, ARestartThatFailsSaysSoThoughNobodySharesItsSecretAndAnotherProcessKeepsWhatWasSaid) {
  fleet(1, {.deadline = 2s});
  world.secret("keys", R"({"A":"Mg=="})");
  until_restarting(1);
  EXPECT_EQ(newest_restart(agent(0)).result, "") << "it is under way";
  world.until("the end of it", [&] { return newest_restart(agent(0)).result == "failed"; });
  EXPECT_TRUE(newest_restart(agent(0)).stopped.empty());
  world.stop_operator();
  world.start_operator(limited({.deadline = 2s}));
  world.until("a pass", [&] { return world.passes(agent(0)) > 0; });
  EXPECT_EQ(newest_restart(agent(0)).why, "did not become ready within 2s");
  rolls_out(agent(0));
  world.secret("keys", R"({"A":"Mw=="})");
  world.until("the next restart", [&] { return world.generation(agent(0)) == 3; });
  const json::Value set = world.get(kStatefulSets, agent(0));
  EXPECT_THAT(
      std::string(json::find(set, "metadata.annotations")->as_object().at("openclaw.rocks/secret-history").as_string()),
      HasSubstr(R"("result":"completed late")"));
}

// One Job, and not one of every instance after the other.
TEST_F(OpenClawRollout, AValueThatTheProofOfACanaryRefusesIsTriedByNobodyElseUntilThereIsAnother) {
  fleet(4, {.at_once = 4, .canaries = 1});
  for (int i = 0; i < size; ++i) {
    world.settle_after(agent(i), [&] { world.merge(kInstances, agent(i), kProven); });
  }
  world.secret("keys", R"({"A":"Mg=="})");
  world.until("the line", [&] { return waiting("CanariesFirst") == 3; });
  world.until("the Job", [this] { return world.all(kProofs).size() == 1; });
  const std::string job(json::find_string(world.all(kProofs).front(), "metadata.name"));
  world.merge(kProofs, job, kRefused, "status");
  world.until("the stop", [&] { return waiting("SecretRolloutPaused") == 3; });
  int rejected = 0;
  for (int i = 0; i < size; ++i) {
    rejected += world.condition(agent(i), "SecretsReady") == "False/SecretRejected" ? 1 : 0;
    EXPECT_EQ(world.generation(agent(i)), 1);
  }
  EXPECT_EQ(rejected, 1);
  EXPECT_EQ(world.all(kProofs).size(), 1U);
  for (int i = 0; i < size; ++i) {
    world.settle_after(agent(i), [&] { world.merge(kInstances, agent(i), R"({"metadata":{"labels":{"a":"b"}}})"); });
  }
  EXPECT_EQ(waiting("SecretRolloutPaused"), 3) << "it says the same at the next look";

  world.secret("keys", R"({"A":"Mw=="})");
  world.until("another Job", [&] {
    return std::ranges::any_of(world.all(kProofs),
                               [&](const json::Value& one) { return json::find_string(one, "metadata.name") != job; });
  });
  world.until("all of them", [&] { return waiting("SecretRolloutPaused") == 0; });
}

TEST_F(OpenClawRollout, Row19ACatchUpAfterADowntimeIsStaggered) {
  fleet(5, {.at_once = 2, .canaries = 0});
  world.stop_operator();
  world.secret("keys", R"({"A":"Mg=="})");
  world.start_operator(limited({.at_once = 2, .canaries = 0}));
  world.until("the line", [&] { return waiting("RolloutLimit") == 3; });
  EXPECT_EQ(restarting().size(), 2U);
}

TEST_F(OpenClawRollout, ARestartedOperatorFindsTheRestartsThatAreUnderWay) {
  fleet(5, {.at_once = 2, .canaries = 0});
  world.secret("keys", R"({"A":"Mg=="})");
  world.until("the line", [&] { return waiting("RolloutLimit") == 3; });
  world.stop_operator();
  world.start_operator(limited({.at_once = 2, .canaries = 0}));
  for (int i = 0; i < size; ++i) world.until("a pass", [&] { return world.passes(agent(i)) > 0; });
  EXPECT_EQ(restarting().size(), 2U);
  const auto first = restarting().front();
  rolls_out(first);
  world.until("the next", [&] { return waiting("RolloutLimit") == 2; });
  EXPECT_EQ(restarting().size(), 2U);
  EXPECT_THAT(restarting(), Not(testing::Contains(first)));
}

TEST_F(OpenClawRollout, W22ATemplateThatAnotherRotorMakesIsStaggered) {
  fleet(4, {.at_once = 1, .canaries = 0});
  world.stop_operator();
  for (int i = 0; i < size; ++i) {
    world.merge(kStatefulSets, agent(i), R"({"spec":{"template":{"spec":{"terminationGracePeriodSeconds":5}}}})");
    rolls_out(agent(i));
  }
  world.start_operator(limited({.at_once = 1, .canaries = 0}));
  world.until("the line", [&] { return waiting("RolloutLimit") == 3; });
  EXPECT_EQ(restarting().size(), 1U);
  world.merge(kInstances, agent(3), R"({"spec":{"env":[{"name":"EDITED","value":"1"}]}})");  // an edit goes at once
  world.merge(kInstances, agent(2), R"({"spec":{"env":[{"name":"EDITED","value":"1"}]}})");
  world.until("the edits", [&] { return restarting().size() >= 2; });
}

TEST_F(OpenClawRollout, APausedInstanceKeepsItsPodUntilItIsResumed) {
  fleet(1, {});
  world.settle_after(agent(0), [&] {
    world.merge(kInstances, agent(0), R"({"metadata":{"annotations":{"openclaw.rocks/secret-rollout":"paused"}}})");
  });
  world.secret("keys", R"({"A":"Mg=="})");
  world.until("the condition", [&] { return waiting("RestartPaused") == 1; });
  EXPECT_EQ(world.condition(agent(0), "SecretsReady"), "True/AllSecretsFound");
  EXPECT_EQ(world.generation(agent(0)), 1);
  world.merge(kInstances, agent(0), R"({"metadata":{"annotations":{"openclaw.rocks/secret-rollout":null}}})");
  world.until("the restart", [&] { return world.generation(agent(0)) == 2; });
  world.until("the condition's end", [&] { return waiting("RestartPaused") == 0; });
}

TEST_F(OpenClawRollout, AnAnnotationThatCannotBeUnderstoodHoldsTheRestartAndWarnsOnce) {
  fleet(1, {});
  world.settle_after(agent(0), [&] {
    world.merge(kInstances, agent(0), R"({"metadata":{"annotations":{"openclaw.rocks/secret-rollout":"soon"}}})");
  });
  world.secret("keys", R"({"A":"Mg=="})");
  world.until("the event", [&] { return !world.events("RolloutAnnotationInvalid").empty(); });
  world.settle_after(agent(0), [&] { world.secret("keys", R"({"A":"Mw=="})"); });
  EXPECT_EQ(world.events("RolloutAnnotationInvalid").size(), 1U);
  EXPECT_EQ(world.generation(agent(0)), 1);
}

TEST_F(OpenClawRollout, ASharedSecretIsReadOncePerVersionHoweverItIsConsumed) {
  fleet(8, {.at_once = 0});
  world.instance("other", R"({"env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"keys","key":"A"}}}]})");
  world.until("the other one", [&] { return world.phase("other") == "Provisioning"; });
  const auto reads = world.operator_requests("get", "secrets");
  const auto patches = world.operator_requests("patch", "statefulsets");
  world.secret("keys", R"({"A":"Mg=="})");
  until_restarting(8);
  world.until("the ninth", [&] { return world.generation("other") == 2; });
  EXPECT_EQ(world.operator_requests("get", "secrets"), reads + 1);
  EXPECT_EQ(world.operator_requests("patch", "statefulsets"), patches + 9);
}

TEST_F(OpenClawRollout, Row2W16ALabelOfASharedSecretCostsOneReadAndNoWrite) {
  fleet(4, {.at_once = 0});
  const auto reads = world.operator_requests("get", "secrets");
  const auto patches = world.operator_requests("patch", "statefulsets");
  const auto statuses = world.operator_requests("patch", "openclawinstances/status");
  std::vector<std::uint64_t> passes;
  for (int i = 0; i < size; ++i) passes.push_back(world.passes(agent(i)));
  world.merge(kSecrets, "keys", R"({"metadata":{"labels":{"touched":"yes"}}})");
  for (int i = 0; i < size; ++i) {
    world.until("a look", [&] { return world.passes(agent(i)) > passes[static_cast<std::size_t>(i)]; });
  }
  EXPECT_EQ(world.operator_requests("get", "secrets"), reads + 1);
  EXPECT_EQ(world.operator_requests("patch", "statefulsets"), patches);
  EXPECT_EQ(world.operator_requests("patch", "openclawinstances/status"), statuses);
}

TEST_F(OpenClawRollout, Row18ASuspendedInstanceTakesTheNewValueWithoutATurn) {
  fleet(1, {.at_once = 1, .canaries = 0});
  world.merge(kInstances, agent(0), R"({"spec":{"suspended":true}})");
  world.until("the end of its pods", [&] { return world.phase(agent(0)) == "Suspended"; });
  const std::string before = world.secret_hash(agent(0));
  world.secret("keys", R"({"A":"Mg=="})");
  world.until("the new value", [&] { return world.secret_hash(agent(0)) != before; });
  EXPECT_THAT(world.metrics().render(), HasSubstr("openclaw_rollouts_in_progress 0"));
}

TEST_F(OpenClawRollout, TheStatefulSetTellsItsRestartsAndSurvivesTheOperator) {
  fleet(1, {});
  world.secret("keys", R"({"A":"Mg=="})");
  world.until("the restart", [&] { return world.generation(agent(0)) == 2; });
  rolls_out(agent(0));
  world.stop_operator();
  world.start_operator(limited({}));
  world.until("a pass", [&] { return world.passes(agent(0)) > 0; });
  world.secret("keys", R"({"A":"Mw=="})");
  world.until("the second restart", [&] { return world.generation(agent(0)) == 3; });
  const json::Value set = world.get(kStatefulSets, agent(0));
  const auto& annotations = json::find(set, "metadata.annotations")->as_object();
  const std::string history(annotations.at("openclaw.rocks/secret-history").as_string());
  EXPECT_THAT(history, HasSubstr(R"("result":"completed")"));
  EXPECT_THAT(history, HasSubstr(R"("keys":{)"));
  EXPECT_THAT(history, HasSubstr(R"("everyKey":true)"));
}

// For who asks later which version of the store the pods were started with.
TEST_F(OpenClawRollout, ARestartKeepsTheVersionsThatTheStoreNamesForItsValues) {
  fleet(1, {.canaries = 0});
  world.merge(kSecrets, "keys", R"({"data":{"A":"Mg=="},"metadata":{"annotations":{"rotor/store-versions":
      "{\"keys\":{\"A\":[{\"store\":\"SecretStore/vault\",\"key\":\"app\",\"version\":\"8\"}]}}"}}})");
  until_restarting(1);
  const auto set = world.get(kStatefulSets, agent(0));
  const auto& annotations = json::find(set, "metadata.annotations")->as_object();
  EXPECT_THAT(std::string(annotations.at("openclaw.rocks/secret-history").as_string()),
              HasSubstr(R"("storeVersions":{"A":"8"})"));
  rolls_out(agent(0));
  const auto generation = world.generation(agent(0));
  world.settle_after(agent(0), [this] {
    world.merge(kSecrets, "keys", R"({"metadata":{"annotations":{"rotor/store-versions":
        "{\"keys\":{\"A\":[{\"store\":\"SecretStore/vault\",\"key\":\"app\",\"version\":\"9\"}]}}"}}})");
  });
  EXPECT_EQ(world.generation(agent(0)), generation) << "another version of the same value restarts nothing";
}

}  // namespace
}  // namespace rotor::test
