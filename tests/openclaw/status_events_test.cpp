#include "openclaw/status_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openclaw/findings.hpp"
#include "openclaw/status.hpp"

namespace rotor::openclaw {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr WallTime kThen{std::chrono::seconds(1767323045)};

api::OpenClawInstance noted() {
  api::OpenClawInstance i;
  i.metadata.name = "foo";
  i.metadata.ns = "test-ns";
  i.metadata.generation = 1;
  return i;
}

std::vector<std::string> reasons(const api::InstanceStatus& before, const api::InstanceStatus& after) {
  std::vector<std::string> out;
  for (const StatusEvent& event : status_events(before, after)) out.push_back(event.reason);
  return out;
}

TEST(StatusEvents, WhatIsNotBuiltYetIsToldOnceAndAgainWhenItIsSomethingElse) {
  const auto with = [](std::vector<std::string> unbuilt) {
    return status_after(noted(), {.unbuilt = std::move(unbuilt)}, kThen);
  };
  const auto one = with({"spec.chromium"});
  EXPECT_THAT(reasons({}, one), ElementsAre("NotBuiltYet"));
  EXPECT_EQ(status_events({}, one)[0].type, kube::EventRecorder::Type::kWarning);
  EXPECT_EQ(status_events({}, one)[0].message, "Accepted, and not built yet: spec.chromium; the pod runs without");
  EXPECT_THAT(reasons(one, one), IsEmpty());
  EXPECT_THAT(reasons(one, with({"spec.chromium", "spec.skills"})), ElementsAre("NotBuiltYet"));
  EXPECT_THAT(reasons(one, with({})), IsEmpty());
}

TEST(StatusEvents, AConditionThatNothingIsWrongWithAnyMoreGoes) {
  api::OpenClawInstance instance = noted();
  instance.status = status_after(instance, {.spec_problems = {"a"}, .unbuilt = {"b"}}, kThen);
  EXPECT_NE(kube::find_condition(instance.status.conditions, kSpecValid), nullptr);
  const auto after = status_after(instance, {}, kThen);
  EXPECT_EQ(kube::find_condition(after.conditions, kSpecValid), nullptr);
  EXPECT_EQ(kube::find_condition(after.conditions, kSpecSupported), nullptr);
}

TEST(StatusEvents, SuspensionAndReadinessAreToldWhenTheyBegin) {
  api::OpenClawInstance instance = noted();
  const auto running = status_after(instance, {.workload = {1, 1}}, kThen);
  EXPECT_THAT(reasons({}, running), ElementsAre("ReconcileSucceeded"));
  EXPECT_THAT(reasons(running, running), IsEmpty());
  instance.spec.suspended = true;
  const auto suspended = status_after(instance, {.workload = {0, 0}}, kThen);
  EXPECT_THAT(reasons(running, suspended), ElementsAre("Suspended"));
  EXPECT_THAT(reasons(suspended, suspended), IsEmpty());
}

TEST(StatusEvents, ARefusedSpecIsAWarningWithTheReason) {
  const auto refused = status_refused(noted(), {kSpecValid, kSpecInvalid, "UID 0"}, std::nullopt, kThen);
  EXPECT_THAT(reasons({}, refused), ElementsAre("SpecInvalid"));
  EXPECT_EQ(refused.phase, "Failed");
  EXPECT_EQ(kube::find_condition(refused.conditions, "Ready")->reason, "SpecInvalid");
  const auto runs = status_refused(noted(), {kSpecValid, kSpecInvalid, "UID 0"}, WorkloadState{1, 1, 1, true}, kThen);
  EXPECT_EQ(runs.phase, "Running");
}

TEST(StatusEvents, WhatIsLeftOfADeploymentLeavesTheStatus) {
  api::OpenClawInstance instance = noted();
  instance.status.managed_resources = {{"deployment", "foo"}};
  kube::Condition ready;
  ready.type = "DeploymentReady";
  ready.status = "True";
  instance.status.conditions = {ready};
  const auto after = status_after(instance, {}, kThen);
  EXPECT_FALSE(after.managed_resources.contains("deployment"));
  EXPECT_EQ(kube::find_condition(after.conditions, "DeploymentReady"), nullptr);
}

TEST(StatusEvents, ARoleThatIsDeniedIsAConditionOfItsOwn) {
  const auto row = std::ranges::find(managed_kinds(), "role", &ManagedKind::status_key);
  auto status = status_failed(noted(), "beyond", kThen);
  set_findings(status.conditions, std::vector{obstacle(row->denied.type, row->denied.reason, "beyond")}, {}, 1, kThen);
  EXPECT_EQ(kube::find_condition(status.conditions, "RBACReady")->reason, "RoleDenied");
  EXPECT_EQ(kube::find_condition(status.conditions, "RBACReady")->status, "False");
  EXPECT_EQ(kube::find_condition(status.conditions, "Ready")->reason, "ReconcileFailed");
}

}  // namespace
}  // namespace rotor::openclaw
