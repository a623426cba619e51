// A replica that has just taken over instances: its watches may lag behind the last writes of the one before, and of
// what may restart at once it has its part.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "apiserver/server/faults.hpp"
#include "kube/shards/share.hpp"
#include "tests/fakes/skewed_clock.hpp"
#include "tests/scenarios/openclaw_replica.hpp"
#include "tests/scenarios/openclaw_running.hpp"

namespace rotor::test {
namespace {

using namespace std::chrono_literals;

class OpenClawHandover : public RunningInstance {
 protected:
  // An instance that ran under another replica; this one has read everything, and owns nothing yet.
  void stand_by() {
    running();
    world.stop_operator();
    replica = std::make_unique<OpenClawReplica>(
        world, openclaw::ControllerOptions{.operator_namespace = "rotor", .quiet = 0ns});
  }
  // What is written from here on, this watch does not show.
  void hold_watch(const std::string& resource) {
    auto& faults = world.faults();
    const std::uint64_t hits = faults.hits();
    faults.add({.verb = "watch", .resource = resource, .times = -1, .status = 503});
    faults.end_watches(resource);
    world.until("the watch to end", [&] { return faults.hits() > hits; });
  }
  // Somebody changed what is ours as well, so that there is something to write at once.
  void edited_and_spoilt() {
    world.merge(kInstances, "agent", R"({"spec":{"env":[{"name":"EDITED","value":"yes"}]}})");
    world.merge(kStatefulSets, "agent", R"({"spec":{"template":{"spec":{"terminationGracePeriodSeconds":7}}}})");
  }
  void takes_over_with_one_restart() {
    const std::int64_t before = world.generation("agent");
    replica->take_over();
    world.until("the edit in the template",
                [this] { return json::serialize(world.get(kStatefulSets, "agent")).contains("EDITED"); });
    EXPECT_EQ(world.generation("agent"), before + 1) << "one restart, not one for each state";
  }
  // So many instances that run with one Secret, each after its next restart.
  void fleet(int n, openclaw::RolloutLimits limits) {
    fleet_of_another(n, limits);
    take_its_place(limits);
  }
  // Another replica still works on them.
  void fleet_of_another(int n, openclaw::RolloutLimits limits) {
    size = n;
    world.secret("keys", R"({"A":"MQ=="})");
    for (int i = 0; i < n; ++i) world.instance(agent(i), kEnvFrom);
    world.start_operator(within(limits));
    for (int i = 0; i < n; ++i) {
      world.until("a StatefulSet", [&] { return world.generation(agent(i)) == 1; });
      rolls_out(agent(i));
      world.until("Running", [&] { return world.phase(agent(i)) == "Running"; });
    }
  }
  void take_its_place(openclaw::RolloutLimits limits, Clock* clock = nullptr) {
    world.stop_operator();
    replica = std::make_unique<OpenClawReplica>(world, within(limits), clock);
  }
  static openclaw::ControllerOptions within(openclaw::RolloutLimits limits) {
    return {.operator_namespace = "rotor", .quiet = 0ns, .rollouts = limits};
  }
  int waits_for(const std::string& reason) {
    int n = 0;
    for (int i = 0; i < size; ++i) n += world.condition(agent(i), "RotationWaiting") == "True/" + reason ? 1 : 0;
    return n;
  }
  static std::string agent(int i) { return fmt::format("agent-{}", i); }
  void rolls_out(const std::string& name) {
    world.merge(
        kStatefulSets, name,
        fmt::format(R"({{"status":{{"observedGeneration":{},"replicas":1,"updatedReplicas":1,"readyReplicas":1}}}})",
                    world.generation(name)),
        "status");
  }
  std::vector<std::string> restarting() {
    std::vector<std::string> out;
    for (int i = 0; i < size; ++i) {
      const auto seen = json::find(world.get(kStatefulSets, agent(i)), "status.observedGeneration")->as_int64();
      if (seen != world.generation(agent(i))) out.push_back(agent(i));
    }
    return out;
  }
  // Of two that one Secret restarts one has begun, and the other waits.
  void one_of_two_is_under_way(openclaw::RolloutLimits limits) {
    fleet_of_another(2, limits);
    world.secret("keys", R"({"A":"Mg=="})");
    world.until("one restart, and one in line", [this] { return restarting().size() == 1 && in_line() == 1; });
  }
  void the_other_has_its_turn_after_it() {
    world.until("its word on the other",
                [this] { return replica->shows("openclaw_rollouts_queued 1") || restarting().size() == 2; });
    ASSERT_EQ(restarting().size(), 1U);
    rolls_out(restarting().front());
    world.until("the other's turn", [this] { return restarting().size() == 1 && in_line() == 0; });
  }
  int in_line() { return waits_for("RolloutLimit"); }
  std::uint64_t lists() const {
    return replica->requests("list", "openclawinstances") + replica->requests("list", "statefulsets") +
           replica->requests("list", "services");
  }

  SkewedClock ahead{world.clock(), 20min};  // of a deadline of ten
  std::unique_ptr<OpenClawReplica> replica;
  int size = 0;
};

TEST_F(OpenClawHandover, AnInstanceThatWasEditedAMomentAgoIsAppliedAsItIsNow) {
  stand_by();
  hold_watch("openclawinstances");
  edited_and_spoilt();
  takes_over_with_one_restart();
}

TEST_F(OpenClawHandover, AnInstanceThatHasNothingToDoIsNotReadAgain) {
  stand_by();
  const std::int64_t before = world.generation("agent");
  replica->take_over();
  world.merge(kSecrets, "keys", R"({"metadata":{"labels":{"touched":"yes"}}})");
  world.until("a pass", [this] { return replica->requests("get", "secrets") > 0; });
  EXPECT_EQ(replica->requests("get", "openclawinstances"), 0U);
  EXPECT_EQ(world.generation("agent"), before);
}

TEST_F(OpenClawHandover, AnInstanceThatComesFromAnotherReplicaIsReadOnceAndLeftAsItIs) {
  stand_by();
  replica->gives_up_all();
  EXPECT_FALSE(replica->shows(R"(openclaw_instance_ready{)")) << "its series come from who works on it";
  const std::uint64_t before = lists();
  const std::int64_t generation = world.generation("agent");
  replica->take_over();
  world.until("a pass", [this] { return replica->passes("agent") > 0; });
  EXPECT_EQ(lists(), before + 3) << "one list of each kind";
  EXPECT_EQ(world.generation("agent"), generation);
  EXPECT_EQ(replica->requests("patch", "statefulsets"), 0U);
  EXPECT_EQ(replica->requests("patch", "services"), 0U);
  EXPECT_TRUE(replica->shows(R"(openclaw_instance_ready{instance="agent",namespace="ns"} 1)"));
  world.secret("keys", R"({"A":"Mg=="})");
  world.until("the restart", [&] { return world.generation("agent") == generation + 1; });
}

TEST_F(OpenClawHandover, WhatWasEditedWhileAnotherReplicaHadAnInstanceIsWhatItIsMadeOf) {
  stand_by();
  replica->gives_up_all();
  edited_and_spoilt();
  takes_over_with_one_restart();
  const std::int64_t before = world.generation("agent");
  replica->gives_up_all();
  world.merge(kInstances, "agent", R"({"spec":{"env":[{"name":"EDITED","value":"again"}]}})");
  replica->take_over();
  world.until("the next edit", [&] { return world.generation("agent") == before + 1; });
}

// Instances come first; of what they own the first list fails.
TEST_F(OpenClawHandover, NothingIsDoneForAnInstanceBeforeAllThatItOwnsIsRead) {
  stand_by();
  replica->gives_up_all();
  world.merge(kStatefulSets, "agent", R"({"spec":{"template":{"spec":{"terminationGracePeriodSeconds":7}}}})");
  const std::int64_t before = world.generation("agent");
  auto& faults = world.faults();
  const std::uint64_t hits = faults.hits();
  faults.add({.verb = "list", .resource = "services", .times = -1, .status = 503});
  replica->take_over();
  world.until("lists that fail", [&] { return faults.hits() > hits + 1; });
  EXPECT_EQ(replica->passes("agent"), 0U);
  EXPECT_EQ(world.generation("agent"), before);
  faults.clear();
  world.until("the repair", [&] { return world.generation("agent") == before + 1; });
}

TEST_F(OpenClawHandover, ARestartThatWasUnderWayWhenAnInstanceCameIsCounted) {
  const openclaw::RolloutLimits limits{.at_once = 1, .canaries = 0};
  one_of_two_is_under_way(limits);
  take_its_place(limits);
  replica->gives_up_all();
  replica->take_over();
  the_other_has_its_turn_after_it();
}

TEST_F(OpenClawHandover, AReplicaRestartsItsPartOfTheLimitAndAllOfItOnceItIsAlone) {
  fleet(6, {.at_once = 3, .canaries = 0});
  replica->take_over(2, 1);  // of three the first replica has two
  world.secret("keys", R"({"A":"Mg=="})");
  world.until("the others in line", [this] { return in_line() == 5; });
  ASSERT_EQ(restarting().size(), 1U);
  replica->take_over();
  rolls_out(restarting().front());
  world.until("as many as the limit allows", [this] { return restarting().size() == 3; });
}

// Less than one for each: whoever's turn it is not begins none, and says what it waits for.
TEST_F(OpenClawHandover, AReplicaWithoutATurnBeginsNothingAndSaysSo) {
  fleet(2, {.at_once = 1, .canaries = 0});
  constexpr int kReplicas = 1000;  // so many that no turn of this one comes while the test runs
  int rank = 0;
  while (kube::turn_of(1, {kReplicas, rank}, world.clock().now()).next < 1h) ++rank;
  replica->take_over(kReplicas, rank);
  world.secret("keys", R"({"A":"Mg=="})");
  world.until("both waiting", [this] { return in_line() == 2; });
  EXPECT_TRUE(restarting().empty());
}

// By its clock the restart that is under way began twenty minutes ago.
TEST_F(OpenClawHandover, ALeaderWhoseClockIsAheadCountsTheRestartsThatAreUnderWay) {
  const openclaw::RolloutLimits limits{.at_once = 1, .canaries = 0};
  one_of_two_is_under_way(limits);
  take_its_place(limits, &ahead);
  replica->take_over();
  the_other_has_its_turn_after_it();
}

TEST_F(OpenClawHandover, ALeaderWhoseClockIsAheadGivesACanaryTheTimeItHas) {
  const openclaw::RolloutLimits limits{.at_once = 6, .canaries = 1};
  fleet_of_another(3, limits);
  world.secret("keys", R"({"A":"Mg=="})");
  world.until("a canary", [this] { return restarting().size() == 1 && waits_for("CanariesFirst") == 2; });
  take_its_place(limits, &ahead);
  replica->take_over();
  world.until("its word on the others",
              [this] { return replica->shows("openclaw_rollouts_queued 2") || waits_for("SecretRolloutPaused") > 0; });
  EXPECT_EQ(waits_for("SecretRolloutPaused"), 0);
  EXPECT_TRUE(world.events("SecretRolloutPaused").empty());
}

}  // namespace
}  // namespace rotor::test
