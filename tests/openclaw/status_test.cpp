#include "openclaw/status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/openclaw/name.hpp"
#include "kube/object/own_fields.hpp"
#include "openclaw/findings.hpp"
#include "openclaw/names.hpp"

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
  EXPECT_TRUE(kube::status_patch(instance.metadata, instance.status, first));
  instance.status = first;
  EXPECT_FALSE(kube::status_patch(instance.metadata, instance.status,
                                  status_after(instance, report, kNow + std::chrono::hours(1))));
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

TEST(InstanceStatus, ARefusedRotationMakesTheSecretsNotReadyAndOneThatWaitsIsSaidBesideThem) {
  PassReport report;
  report.permit = {.verdict = Permit::Verdict::kRefuse, .reason = "SecretRejected", .message = "not this key"};
  const auto refused = status_after(foo(), report, kNow);
  EXPECT_EQ(condition(refused, "SecretsReady").status, "False");
  EXPECT_EQ(condition(refused, "SecretsReady").reason, "SecretRejected");
  EXPECT_EQ(condition(refused, "SecretsReady").message, "not this key");
  EXPECT_EQ(condition(refused, "RotationWaiting").status, "");

  report.permit = {.verdict = Permit::Verdict::kWait, .reason = "RolloutLimit", .message = "third in line"};
  api::OpenClawInstance instance = foo();
  instance.status = status_after(foo(), report, kNow);
  EXPECT_EQ(condition(instance.status, "SecretsReady").status, "True");
  EXPECT_EQ(condition(instance.status, "RotationWaiting").reason, "RolloutLimit");
  report.permit = {};
  EXPECT_EQ(condition(status_after(instance, report, kNow), "RotationWaiting").status, "");
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

TEST(InstanceStatus, UnusableValuesAreNamedAndNoPodStartsWithThem) {
  api::OpenClawInstance instance = foo();
  PassReport report{.workload = {1, 1}};
  report.rotation.unusable = {"Secret \"a\": key \"K\" for variable \"V\" holds a NUL byte at position 3"};
  const auto running = status_after(instance, report, kNow);
  EXPECT_EQ(condition(running, "SecretsReady").reason, "SecretUnusable");
  EXPECT_EQ(condition(running, "SecretsReady").message,
            "Secret \"a\": key \"K\" for variable \"V\" holds a NUL byte at position 3; running pods keep the value "
            "they have: put a value there that a process can be given, or take the reference out");
  EXPECT_EQ(running.phase, "Running");
  report.rotation.held_back = true;
  report.workload = {};
  const auto held = status_after(instance, report, kNow);
  EXPECT_THAT(condition(held, "SecretsReady").message, HasSubstr("no pod is started with it"));
  EXPECT_THAT(condition(held, "Ready").message, HasSubstr("see SecretsReady"));
}

TEST(InstanceStatus, AnEditThatIsHeldBackIsNotObserved) {
  PassReport report;
  report.rotation.unusable = {"x"};
  report.rotation.held_back = true;
  EXPECT_EQ(status_after(foo(), report, kNow).observed_generation, 0);
}

TEST(InstanceStatus, MissingComesBeforeUnusableAndBothAreSaid) {
  PassReport report;
  report.rotation.missing = {"m"};
  report.rotation.unusable = {"Secret \"a\": …"};
  const auto status = status_after(foo(), report, kNow);
  EXPECT_EQ(condition(status, "SecretsReady").reason, "SecretsMissing");
  EXPECT_THAT(condition(status, "SecretsReady").message, HasSubstr("Secret \"a\""));
}

TEST(InstanceStatus, AConditionNamesTenAndCountsTheRest) {
  PassReport report;
  for (int i = 100; i < 1100; ++i) report.rotation.missing.push_back("secret-" + std::to_string(i));
  const std::string message = condition(status_after(foo(), report, kNow), "SecretsReady").message;
  EXPECT_THAT(message, HasSubstr("secret-109, and 990 more"));
  EXPECT_LT(message.size(), 300U);
}

struct RolloutCase {
  WorkloadState state;
  bool done;
  const char* message;
};
class Rollout : public testing::TestWithParam<RolloutCase> {};

TEST_P(Rollout, IsOverWhenEveryPodIsNewAndReady) {
  EXPECT_EQ(rolled_out(GetParam().state), GetParam().done);
  const auto status = status_after(foo(), {.workload = GetParam().state}, kNow);
  EXPECT_EQ(condition(status, "StatefulSetReady").message, GetParam().message);
}

constexpr const char* kReady = "StatefulSet is ready";
INSTANTIATE_TEST_SUITE_P(
    Cases, Rollout,
    testing::Values(
        RolloutCase{{3, 3, 3, true}, true, kReady}, RolloutCase{{1, 1, 1, true}, true, kReady},
        RolloutCase{{3, 3, 3, false}, false, kReady},  // of an older template: nothing is known yet
        RolloutCase{{3, 2, 1, true}, false, "StatefulSet is ready; rollout under way: 1 of 3 pods updated, 2 ready"},
        RolloutCase{{3, 3, 0, true}, false, "StatefulSet is ready; rollout under way: 0 of 3 pods updated, 3 ready"},
        RolloutCase{{1, 1, 0, true}, false, kReady},
        RolloutCase{{1, 0, 0, true}, false, "StatefulSet is not ready yet"}));

TEST(InstanceStatus, ANameThatCannotWorkIsRefusedBeforeAnythingIsMade) {
  const auto status = status_refused(foo(), {kNameUsable, kNameUnusable, "too long"}, std::nullopt, kNow);
  EXPECT_EQ(status.phase, "Failed");
  EXPECT_EQ(condition(status, "Ready").reason, "NameUnusable");
  EXPECT_EQ(condition(status, "NameUsable").message, "too long; nothing is made for the instance");
  EXPECT_TRUE(status.managed_resources.empty());
}

TEST(InstanceStatus, PodsThatRunUnderSuchANameKeepRunningAndAreReportedAsTheyAre) {
  const auto status =
      status_refused(foo(), {kNameUsable, kNameUnusable, "too long"}, WorkloadState{1, 1, 1, true}, kNow);
  EXPECT_EQ(status.phase, "Running");
  EXPECT_EQ(condition(status, "Ready").status, "True");
  EXPECT_EQ(condition(status, "NameUsable").status, "False");
  EXPECT_THAT(condition(status, "NameUsable").message, HasSubstr("left as it is"));
}

TEST(NameOfAnInstance, FitsItsStatefulSet) {
  for (const char* good : {"a", "1a", "my-agent"}) EXPECT_EQ(api::instance_name_problem(good), "") << good;
  EXPECT_EQ(api::instance_name_problem(std::string(52, 'a')), "");
  EXPECT_EQ(api::instance_name_problem(std::string(53, 'a')),
            "metadata.name has 53 characters, a StatefulSet that can always replace its pods 52: create the instance "
            "under another name");
  EXPECT_EQ(api::instance_name_problem("a.b"),
            "metadata.name \"a.b\" has a dot, the name of a StatefulSet has none: create the instance under another "
            "name");
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

TEST(InstanceStatus, B102TheClaimIsNamedAsLongAsItIsUsed) {
  api::OpenClawInstance instance = foo();
  instance.status = status_after(instance, {.claim = "foo-data"}, kNow);
  EXPECT_EQ(condition(instance.status, "StorageReady").reason, "PVCCreated");
  EXPECT_EQ(condition(instance.status, "StorageReady").observed_generation, 3);
  EXPECT_EQ(instance.status.managed_resources.at("pvc"), "foo-data");
  instance.spec.storage.emplace().persistence.emplace().enabled = false;
  const auto without = status_after(instance, {}, kNow);
  EXPECT_EQ(condition(without, "StorageReady").type, "");
  EXPECT_FALSE(without.managed_resources.contains("pvc"));
}

TEST(InstanceStatus, B103AClaimOfTheUsersIsNamedAndNothingIsSaidOfIt) {
  api::OpenClawInstance instance = foo();
  instance.spec.storage.emplace().persistence.emplace().existing_claim = "my-pvc";
  const auto status = status_after(instance, {.claim = "my-pvc"}, kNow);
  EXPECT_EQ(status.managed_resources.at("pvc"), "my-pvc");
  EXPECT_EQ(condition(status, "StorageReady").type, "");
}

TEST(InstanceStatus, B104APartThatFailedThePassSaysSoUntilItIsMended) {
  api::OpenClawInstance instance = foo();
  instance.spec.storage.emplace().persistence.emplace().existing_claim = "my-pvc";
  instance.status = status_failed(instance, "no such claim", kNow);
  const std::vector<Finding> stopped = {obstacle("StorageReady", "ExistingClaimNotFound", "no such claim")};
  set_findings(instance.status.conditions, stopped, {}, 1, kNow);
  EXPECT_EQ(condition(instance.status, "StorageReady").status, "False");
  EXPECT_EQ(condition(instance.status, "StorageReady").reason, "ExistingClaimNotFound");
  EXPECT_EQ(condition(instance.status, "StorageReady").message, "no such claim");
  EXPECT_EQ(condition(instance.status, "Ready").reason, "ReconcileFailed");
  EXPECT_EQ(condition(status_after(instance, {.claim = "my-pvc"}, kNow), "StorageReady").type, "");
}

TEST(StatusPatch, NamesOnlyWhatChangesAndRemovesWhatGoes) {
  api::InstanceStatus before, after;
  before.phase = "Pending";
  before.gateway_endpoint = "x";
  before.managed_resources = {{"pvc", "foo-data"}, {"service", "foo"}};
  after.phase = "Pending";
  after.managed_resources = {{"service", "bar"}};
  kube::ObjectMeta metadata;
  metadata.resource_version = "7";
  EXPECT_EQ(kube::status_patch(metadata, before, after),
            R"({"metadata":{"resourceVersion":"7"},)"
            R"("status":{"managedResources":{"service":"bar","pvc":null},"gatewayEndpoint":null}})");
  EXPECT_FALSE(kube::status_patch(metadata, before, before));
}

}  // namespace
}  // namespace rotor::openclaw
