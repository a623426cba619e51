#include "openclaw/status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/document.hpp"

namespace rotor::openclaw {
namespace {

using testing::HasSubstr;

constexpr WallTime kNow{std::chrono::seconds(1767323045)};

api::OpenClawInstance foo() {
  api::OpenClawInstance i;
  i.metadata.name = "foo";
  i.metadata.ns = "test-ns";
  i.metadata.generation = 3;
  return i;
}

const kube::Condition& condition(const api::InstanceStatus& status, std::string_view type) {
  static const kube::Condition kNone{};
  const kube::Condition* c = kube::find_condition(status.conditions, type);
  return c == nullptr ? kNone : *c;
}

TEST(InstanceStatus, B231WithoutAReadyPodItProvisions) {
  const auto status = status_after(foo(), {.workload = {1, 0}}, kNow);
  EXPECT_EQ(status.phase, "Provisioning");
  EXPECT_EQ(condition(status, "Ready").status, "False");
  EXPECT_EQ(condition(status, "Ready").reason, "StatefulSetNotReady");
}

TEST(InstanceStatus, B232WithAReadyPodItRuns) {
  const auto status = status_after(foo(), {.workload = {1, 1}}, kNow);
  EXPECT_EQ(status.phase, "Running");
  EXPECT_EQ(condition(status, "Ready").reason, "ReconcileSucceeded");
  EXPECT_EQ(condition(status, "SecretsReady").message, "All referenced secrets exist");
  EXPECT_EQ(status.observed_generation, 3);
  EXPECT_EQ(status.last_reconcile_time, "2026-01-02T03:04:05Z");
}

TEST(InstanceStatus, B207Endpoints) {
  const auto status = status_after(foo(), {}, kNow);
  EXPECT_EQ(status.gateway_endpoint, "foo.test-ns.svc:18789");
  EXPECT_EQ(status.canvas_endpoint, "foo.test-ns.svc:18793");
}

TEST(InstanceStatus, B234AFailureIsSaid) {
  const auto status = status_failed(foo(), "no luck", kNow);
  EXPECT_EQ(status.phase, "Failed");
  EXPECT_EQ(condition(status, "Ready").reason, "ReconcileFailed");
  EXPECT_EQ(condition(status, "Ready").message, "no luck");
}

TEST(InstanceStatus, B235TheSamePassTwiceIsNoWrite) {
  api::OpenClawInstance instance = foo();
  const PassReport report{.workload = {1, 1}};
  const auto first = status_after(instance, report, kNow);
  EXPECT_NE(status_patch(instance.status, first), "");
  instance.status = first;
  EXPECT_EQ(status_patch(instance.status, status_after(instance, report, kNow + std::chrono::hours(1))), "");
}

TEST(InstanceStatus, B240ASuspendedInstance) {
  api::OpenClawInstance instance = foo();
  instance.spec.suspended = true;
  const auto going = status_after(instance, {.workload = {1, 1}}, kNow);
  EXPECT_EQ(going.phase, "Suspended");
  EXPECT_EQ(condition(going, "StatefulSetReady").reason, "StatefulSetScalingDown");
  const auto down = status_after(instance, {.workload = {0, 0}}, kNow);
  EXPECT_EQ(condition(down, "StatefulSetReady").reason, "StatefulSetSuspended");
  EXPECT_EQ(condition(down, "Ready").reason, "Suspended");
}

TEST(InstanceStatus, B271MissingSecretsAreNamed) {
  PassReport report;
  report.rotation.missing = {"a", "b (key K)"};
  const auto status = status_after(foo(), report, kNow);
  EXPECT_EQ(condition(status, "SecretsReady").status, "False");
  EXPECT_EQ(condition(status, "SecretsReady").reason, "SecretsMissing");
  EXPECT_EQ(condition(status, "SecretsReady").message, "Missing secrets: a, b (key K)");
}

TEST(InstanceStatus, AHeldRestartIsSaid) {
  PassReport report;
  report.rotation.action = RotationDecision::Action::kHold;
  report.rotation.missing = {"a"};
  report.rotation.changed = {"b"};
  EXPECT_THAT(condition(status_after(foo(), report, kNow), "SecretsReady").message,
              HasSubstr("the restart for b waits"));
}

TEST(InstanceStatus, B274AnUnreadableSecretIsNotReady) {
  PassReport report;
  report.rotation.unreadable = {"a"};
  const auto status = status_after(foo(), report, kNow);
  EXPECT_EQ(condition(status, "SecretsReady").status, "Unknown");
  EXPECT_EQ(condition(status, "SecretsReady").reason, "SecretReadFailed");
}

TEST(InstanceStatus, TheMissingDigestKeyComesAndGoes) {
  api::OpenClawInstance instance = foo();
  PassReport report;
  report.key_error = "Secret rotor/rotor-rotation-key: forbidden";
  instance.status = status_after(instance, report, kNow);
  EXPECT_EQ(condition(instance.status, "RotationKeyUnavailable").status, "True");
  report.key_error.clear();
  EXPECT_EQ(condition(status_after(instance, report, kNow), "RotationKeyUnavailable").type, "");
}

TEST(InstanceStatus, DataWithoutAClaimIsSaidToBeLost) {
  api::OpenClawInstance instance = foo();
  EXPECT_THAT(condition(status_after(instance, {}, kNow), "StorageReady").message, HasSubstr("existingClaim"));
  EXPECT_EQ(condition(status_after(instance, {.has_claim = true}, kNow), "StorageReady").type, "");
  instance.spec.storage.emplace().persistence.emplace().enabled = false;
  EXPECT_EQ(condition(status_after(instance, {}, kNow), "StorageReady").type, "");
}

TEST(StatusPatch, NamesOnlyWhatChangesAndRemovesWhatGoes) {
  api::InstanceStatus before, after;
  before.phase = "Pending";
  before.gateway_endpoint = "x";
  before.managed_resources = {{"pvc", "foo-data"}, {"service", "foo"}};
  after.phase = "Pending";
  after.managed_resources = {{"service", "bar"}};
  EXPECT_EQ(status_patch(before, after),
            R"({"status":{"managedResources":{"service":"bar","pvc":null},"gatewayEndpoint":null}})");
  EXPECT_EQ(status_patch(before, before), "");
}

}  // namespace
}  // namespace rotor::openclaw
