#include "local/node/pod_run.hpp"

#include <gtest/gtest.h>

namespace rotor::local {
namespace {

using namespace std::chrono_literals;

PodRun a_run() {
  api::Pod pod;
  pod.metadata = {.name = "foo-0", .ns = "ns", .uid = "u"};
  pod.metadata.owner_references.push_back({.kind = "StatefulSet", .name = "foo", .controller = true});
  pod.spec.containers.emplace_back();
  return {pod, WallTime(1s)};
}

const SteadyTime kStart{1h};

TEST(APodsRun, IsToldUnderTheNameOfItsOwner) {
  EXPECT_EQ(a_run().subject, "ns/foo");
  api::Pod bare;
  bare.metadata = {.name = "bare", .ns = "ns"};
  EXPECT_EQ(PodRun(bare, {}).subject, "ns/bare");
}

TEST(APodsRun, CountsRestartsWhateverTheBackOffForgets) {
  PodRun run = a_run();
  SteadyTime now = kStart;
  const std::vector<Duration> rests = {0s, 10s, 20s};
  for (std::size_t i = 0; i < rests.size(); ++i) {
    note_started(run, WallTime(2s), now);
    EXPECT_EQ(run.facts.restarts, static_cast<int>(i));
    EXPECT_EQ(note_crashed(run, {.code = 3}, WallTime(3s), now += 1s), rests[i]);
  }
  EXPECT_EQ(run.facts.waiting_reason, "CrashLoopBackOff");
  note_started(run, WallTime(2s), now);
  EXPECT_TRUE(run.facts.waiting_reason.empty());
  EXPECT_EQ(note_crashed(run, {.code = 3}, WallTime(3s), now + kStableAfter + 1s), Duration(0s));
  EXPECT_EQ(run.facts.restarts, 3);
}

TEST(APodsRun, RemembersWhenItsLastContainerBeganAndEnded) {
  PodRun run = a_run();
  note_started(run, WallTime(10s), kStart);
  EXPECT_EQ(run.facts.readiness_since, WallTime(10s));
  note_crashed(run, {.code = 137, .signal = 9}, WallTime(20s), kStart);
  ASSERT_TRUE(run.facts.last);
  EXPECT_EQ(run.facts.last->started, WallTime(10s));
  EXPECT_EQ(run.facts.last->finished, WallTime(20s));
  EXPECT_EQ(run.facts.readiness_since, WallTime(20s));
  EXPECT_FALSE(run.facts.running);
}

TEST(APodsRun, KeepsTheLastEndWhileItWaits) {
  PodRun run = a_run();
  note_started(run, WallTime(10s), kStart);
  note_crashed(run, {.code = 1}, WallTime(20s), kStart);
  note_waiting(run, "CreateContainerConfigError", "secret \"x\" not found", WallTime(30s));
  EXPECT_TRUE(run.facts.last);
  EXPECT_EQ(run.facts.restarts, 0);
  EXPECT_EQ(run.facts.readiness_since, WallTime(20s));
}

}  // namespace
}  // namespace rotor::local
