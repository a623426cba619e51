// What is written to a StatefulSet, and what waits, by what was seen.
#include "openclaw/workload_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openclaw/apply_diff.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

using namespace std::chrono_literals;
using Action = RotationDecision::Action;
using testing::HasSubstr;
using testing::Not;

constexpr SteadyTime kNow{1h};

std::shared_ptr<const Digester> digester() {
  return std::make_shared<const Digester>(
      std::make_shared<const kube::DigestKey>(SecretBytes("0123456789abcdef0123456789abcdef")));
}

// An instance with the Secret "keys", seen by a pass.
struct Story {
  ControllerOptions options{.quiet = 1s, .quiet_at_most = 10s};
  WorkloadSight sight = first_sight();
  QuietPeriod quiet{};
  SteadyTime now = kNow;

  static WorkloadSight first_sight() {
    auto instance = std::make_shared<api::OpenClawInstance>();
    instance->metadata.name = "foo";
    instance->metadata.ns = "ns";
    instance->metadata.uid = "u-1";
    WorkloadSight sight;
    sight.key = instance->metadata.key();
    instance->spec.env_from.emplace_back().secret_ref.emplace().name = "keys";
    sight.wanted = build_stateful_set(*instance, {});
    sight.instance = std::move(instance);
    sight.digester = digester();
    sight.references["keys"].required = true;
    sight.references["keys"].prefixes.insert("");
    return sight;
  }

  void holds(const std::string& value, ObservedSecret::Presence presence = ObservedSecret::Presence::kPresent) {
    ObservedSecret seen;
    seen.presence = presence;
    seen.digest = sight.digester == nullptr ? "" : sight.digester->key_id() + "-" + value;
    seen.resource_version = value;
    sight.observed["keys"] = seen;
  }
  WorkloadPlan plan() {
    WorkloadPlan plan = plan_workload(sight, quiet, now, options);
    quiet = plan.quiet;
    return plan;
  }
  // The plan is written, as the API server would.
  WorkloadPlan write() {
    WorkloadPlan plan = this->plan();
    EXPECT_TRUE(plan.writes);
    sight.live.document = *json::parse(plan.text);
    sight.live.document.as_object()["metadata"].as_object()["managedFields"] = *json::parse(
        R"([{"manager":"openclaw-operator","operation":"Apply","fieldsV1":{"f:spec":{"f:serviceName":{}}}}])");
    sight.live.owned = owned_fields(sight.live.document, kFieldManager);
    kube::ObjectMeta meta;
    meta.uid = "s-1";
    sight.live.object = std::make_shared<const LiveObject>(LiveObject{meta, json::serialize(sight.live.document)});
    sight.live.hash = plan.marks.hash;
    sight.live.state = std::make_shared<const SecretState>(*parse_state(plan.marks.state));
    sight.live.ours = true;
    return plan;
  }
};

Story running() {
  Story story;
  story.holds("1");
  story.write();
  return story;
}

// Nobody edited the instance, and its pods would be another template's. Goes at once.
Story renewed_template() {
  Story story = running();
  story.sight.wanted.spec.pod_template.spec.termination_grace_period_seconds = 77;
  story.sight.template_changes = true;
  story.options.quiet = 0s;
  return story;
}

// The same after an edit of the instance.
Story edited_instance() {
  Story story = renewed_template();
  auto instance = std::make_shared<api::OpenClawInstance>(*story.sight.instance);
  instance->metadata.generation = 5;
  story.sight.instance = std::move(instance);
  return story;
}

TEST(WorkloadPlan, OfANewInstanceIsItsStatefulSetWithBothMarks) {
  Story story;
  story.holds("1");
  const WorkloadPlan plan = story.plan();
  EXPECT_TRUE(plan.writes);
  EXPECT_FALSE(plan.rotates);
  EXPECT_FALSE(plan.wait);
  EXPECT_THAT(plan.text, HasSubstr(kSecretHash));
  EXPECT_THAT(plan.text, HasSubstr(kSecretState));
  EXPECT_EQ(plan.marks.hash.size(), 16U);
}

TEST(WorkloadPlan, WithNothingNewWritesNothing) {
  Story story = running();
  const WorkloadPlan plan = story.plan();
  EXPECT_EQ(plan.rotation.action, Action::kNothing);
  EXPECT_FALSE(plan.writes);
  EXPECT_EQ(plan.marks.hash, story.sight.live.hash);
}

TEST(WorkloadPlan, HoldsTheQuietPeriodInsideAndLeavesTheMarksMeanwhile) {
  Story story = running();
  story.holds("2");
  const WorkloadPlan waits = story.plan();
  EXPECT_EQ(waits.wait, 1s);
  EXPECT_FALSE(waits.rotates);
  EXPECT_FALSE(waits.writes);
  EXPECT_EQ(waits.marks.hash, story.sight.live.hash);
  EXPECT_EQ(waits.marks.state, state_text(*story.sight.live.state));

  story.now += 600ms;
  story.holds("3");
  EXPECT_EQ(story.plan().wait, 1s);  // the burst goes on

  story.now += 1s;
  const WorkloadPlan goes = story.plan();
  EXPECT_FALSE(goes.wait);
  EXPECT_TRUE(goes.rotates);
  EXPECT_TRUE(goes.writes);
  EXPECT_NE(goes.marks.hash, story.sight.live.hash);
  EXPECT_EQ(goes.rotation.next.hash, goes.marks.hash);
}

TEST(WorkloadPlan, WritesAnEditAtOnceWhileARotationIsStillQuiet) {
  Story story = running();
  story.holds("2");
  story.sight.wanted.spec.revision_history_limit = 3;
  const WorkloadPlan plan = story.plan();
  EXPECT_EQ(plan.wait, 1s);
  EXPECT_TRUE(plan.writes);
  EXPECT_EQ(plan.marks.hash, story.sight.live.hash);
  EXPECT_THAT(plan.text, HasSubstr(R"("revisionHistoryLimit":3)"));
}

TEST(WorkloadPlan, ForgetsABurstThatWasTakenBack) {
  Story story = running();
  story.holds("2");
  story.plan();
  story.holds("1");
  EXPECT_FALSE(story.plan().wait);
  EXPECT_EQ(story.quiet, QuietPeriod{});
  story.now += 30s;
  story.holds("2");
  EXPECT_EQ(story.plan().wait, 1s);
}

TEST(WorkloadPlan, KeepsWhatIsKnownOfABurstThatIsHeld) {
  Story story = running();
  story.holds("2");
  story.plan();
  const QuietPeriod before = story.quiet;
  story.sight.references["gone"].required = true;
  story.sight.observed["gone"] = {};
  EXPECT_EQ(story.plan().rotation.action, Action::kHold);
  EXPECT_EQ(story.quiet, hold_at(before, story.now));
}

TEST(WorkloadPlan, GivesAChangeAfterAHoldItsQuietTime) {
  Story story = running();
  story.holds("2");
  story.plan();
  story.sight.references["gone"].required = true;
  story.sight.observed["gone"] = {};
  story.plan();
  story.now += 1h;
  story.sight.references.erase("gone");
  story.sight.observed.erase("gone");
  story.holds("3");
  EXPECT_EQ(story.plan().wait, 1s);
  story.now += 1s;
  EXPECT_TRUE(story.plan().rotates);
}

TEST(WorkloadPlan, GivesAChangeWhileItWaitsForLeaveItsQuietTime) {
  Story story = running();
  story.holds("2");
  story.plan();
  story.now += 1s;
  ASSERT_TRUE(story.plan().rotates);
  story.quiet = plan_workload(story.sight, story.quiet, story.now, story.options,
                              {.permit = {.verdict = Permit::Verdict::kWait, .reason = "Because"}})
                    .quiet;
  story.now += 1h;
  EXPECT_TRUE(story.plan().rotates) << "nothing came since: leave is asked for at once";
  story.holds("3");
  EXPECT_EQ(story.plan().wait, 1s);
}

TEST(WorkloadPlan, WithoutTheDigestKeyKeepsTheMarkAndLooksAgain) {
  Story story = running();
  story.sight.digester = nullptr;
  story.sight.key_error = "forbidden";
  story.holds("2");
  const WorkloadPlan plan = story.plan();
  EXPECT_TRUE(plan.blind);
  EXPECT_FALSE(plan.rotates);
  EXPECT_EQ(plan.marks.hash, story.sight.live.hash);
}

TEST(WorkloadPlan, LooksAgainAtWhatCannotBeRead) {
  Story story = running();
  EXPECT_FALSE(story.plan().blind);
  story.holds("2", ObservedSecret::Presence::kUnreadable);
  EXPECT_TRUE(story.plan().blind);
}

TEST(WorkloadPlan, WritesNothingThatWouldStartPodsOntoAnUnusableValue) {
  Story story;
  story.holds("1");
  story.sight.observed["keys"].unusable = {"key \"A\" …"};
  const WorkloadPlan plan = story.plan();
  EXPECT_TRUE(plan.rotation.held_back);
  EXPECT_FALSE(plan.writes);
  EXPECT_EQ(plan.text, "");
  story.options.node_refuses_unusable = true;
  EXPECT_TRUE(story.plan().writes);
}

TEST(WorkloadPlan, ARotationWithoutLeaveKeepsMarksAndPods) {
  Story story = running();
  story.holds("2");
  story.options.quiet = 0s;
  ASSERT_TRUE(story.plan().restarts());
  for (const auto verdict : {Permit::Verdict::kWait, Permit::Verdict::kRefuse}) {
    const WorkloadPlan plan = plan_workload(story.sight, story.quiet, story.now, story.options,
                                            {.permit = {.verdict = verdict, .reason = "Because"}});
    EXPECT_FALSE(plan.restarts());
    EXPECT_FALSE(plan.writes);
    EXPECT_EQ(plan.marks.hash, story.sight.live.hash);
    EXPECT_EQ(plan.marks.state, state_text(*story.sight.live.state));
    EXPECT_EQ(plan.permit.reason, "Because");
    EXPECT_EQ(plan.quiet, story.quiet);
  }
}

TEST(WorkloadPlan, OfARotationCarriesThePatchThatDoesIt) {
  Story story = running();
  EXPECT_FALSE(story.plan().patch) << "nothing to do";
  story.options.quiet = 0s;
  story.holds("2");
  const WorkloadPlan plan = story.plan();
  ASSERT_TRUE(plan.rotates && plan.patch);
  EXPECT_EQ(json::find(*plan.patch, "spec.template.metadata.annotations")->as_object().at(kSecretHash),
            json::Value(plan.marks.hash));
  story.sight.wanted.spec.revision_history_limit = 3;
  const WorkloadPlan whole = story.plan();
  EXPECT_TRUE(whole.rotates && whole.writes);
  EXPECT_FALSE(whole.patch) << "annotations are not all that differs";
}

TEST(WorkloadPlan, TakesOverWhatAnotherOperatorLeftWithTheWholeOfIt) {
  Story story = running();
  story.options.quiet = 0s;
  story.holds("2");
  story.sight.live.left = story.sight.live.owned;
  EXPECT_TRUE(story.plan().writes);
  EXPECT_FALSE(story.plan().patch);
}

TEST(WorkloadPlan, W22ATemplateThatNobodyEditedAsksForLeaveAndAnEditedOneDoesNot) {
  Story story = renewed_template();
  EXPECT_TRUE(story.plan().renews);
  const WorkloadPlan waits =
      plan_workload(story.sight, {}, story.now, story.options, {.permit = {.verdict = Permit::Verdict::kWait}});
  EXPECT_FALSE(waits.writes);
  EXPECT_EQ(waits.text, "");

  auto edited = std::make_shared<api::OpenClawInstance>(*story.sight.instance);
  edited->metadata.generation = 5;
  story.sight.instance = edited;
  const WorkloadPlan goes = story.plan();
  EXPECT_FALSE(goes.restarts());
  EXPECT_TRUE(goes.writes);
}

TEST(WorkloadPlan, ATemplateThatIsRenewedNamesTheOtherValuesThatPodsWouldStartWith) {
  Story story = renewed_template();
  EXPECT_TRUE(story.plan().wish->changed.empty());
  story.holds("2");
  const WorkloadPlan plan = story.plan();
  ASSERT_TRUE(plan.renews);
  EXPECT_EQ(plan.wish->changed.at("keys"), story.sight.observed["keys"].digest);
}

TEST(WorkloadPlan, ARenewedTemplateReplacesNoPodWhileARequiredSecretIsMissing) {
  Story story = renewed_template();
  story.sight.observed["keys"] = {};
  const WorkloadPlan plan = story.plan();
  EXPECT_FALSE(plan.restarts());
  EXPECT_FALSE(plan.writes);
  EXPECT_TRUE(plan.rotation.held_back);
  EXPECT_FALSE(plan.wait);
  story.holds("1");
  EXPECT_TRUE(story.plan().renews);
}

TEST(WorkloadPlan, ARenewedTemplateReplacesNoPodWhileARequiredKeyIsMissing) {
  Story story = renewed_template();
  story.holds("2");
  story.sight.observed["keys"].missing_keys = {"A"};
  EXPECT_FALSE(story.plan().writes);
}

TEST(WorkloadPlan, ARenewedTemplateWaitsForASecretThatCannotBeRead) {
  Story story = renewed_template();
  story.holds("1", ObservedSecret::Presence::kUnreadable);
  const WorkloadPlan plan = story.plan();
  EXPECT_FALSE(plan.restarts());
  EXPECT_FALSE(plan.writes);
  EXPECT_TRUE(plan.blind);
}

TEST(WorkloadPlan, AnEditReplacesNoPodThatRunsWhileARequiredSecretIsMissing) {
  Story story = edited_instance();
  story.sight.references["new"].required = true;
  story.sight.observed["new"] = {};
  const WorkloadPlan waits = story.plan();
  EXPECT_FALSE(waits.writes);
  EXPECT_EQ(waits.text, "");
  EXPECT_TRUE(waits.rotation.held_back);
  story.sight.references.erase("new");
  EXPECT_TRUE(story.plan().writes);
}

TEST(WorkloadPlan, AnEditIsWrittenWhereThePodWaitsForTheSecretAlready) {
  Story story = edited_instance();
  story.sight.observed["keys"] = {};
  auto waits = std::make_shared<SecretState>(*story.sight.live.state);
  waits->secrets.at("keys") = {.digest = {}, .resource_version = {}, .usage = {}, .absent = true};
  story.sight.live.state = std::move(waits);
  EXPECT_TRUE(story.plan().writes);
}

TEST(WorkloadPlan, AnInstanceThatIsSwitchedOnOrOffIsWrittenThoughASecretIsMissing) {
  Story story = edited_instance();
  story.sight.observed["keys"] = {};
  story.sight.wanted.spec.replicas = 0;
  EXPECT_TRUE(story.plan().writes) << "off";
  story.sight.wanted.spec.replicas = 1;
  story.sight.live.document.as_object()["spec"].as_object()["replicas"] = 0;
  EXPECT_TRUE(story.plan().writes) << "on: no pod is there that could be lost";
}

TEST(WorkloadPlan, ARenewedTemplateAndAChangedSecretAreOneBurstAndOneRestart) {
  Story story = renewed_template();
  story.options.quiet = 1s;
  const WorkloadPlan first = story.plan();
  EXPECT_EQ(first.wait, 1s);
  EXPECT_FALSE(first.restarts());
  EXPECT_FALSE(first.writes);

  story.now += 600ms;
  story.holds("2");
  EXPECT_EQ(story.plan().wait, 1s) << "the burst goes on";

  story.now += 1s;
  const WorkloadPlan goes = story.plan();
  EXPECT_TRUE(goes.renews);
  EXPECT_TRUE(goes.writes);
  EXPECT_EQ(goes.rotation.next.secrets.at("keys").digest, story.sight.observed["keys"].digest);
}

TEST(WorkloadPlan, ATemplateThatIsRenewedAfterASecretProlongsItsBurst) {
  Story story = running();
  story.holds("2");
  EXPECT_EQ(story.plan().wait, 1s);
  story.now += 600ms;
  story.sight.wanted.spec.pod_template.spec.termination_grace_period_seconds = 77;
  story.sight.template_changes = true;
  EXPECT_EQ(story.plan().wait, 1s);
  story.now += 1s;
  EXPECT_TRUE(story.plan().renews);
}

TEST(WorkloadPlan, GoingBackAsksNobodyAndWaitsForNoQuietPeriod) {
  Story story = running();
  story.holds("2");
  story.now += 1h;
  story.plan();
  story.now += 1h;
  story.write();
  LastGood& record = story.sight.last_good;
  record.secrets["keys"] = {.copy = "copy", .digest = story.sight.digester->key_id() + "-1", .refused = ""};
  record.secrets["keys"].refused = story.sight.live.state->secrets.at("keys").digest;
  story.sight.goes_back = true;
  story.holds("1");  // as the keeper shows it
  const WorkloadPlan plan = story.plan();
  EXPECT_FALSE(plan.wait);
  EXPECT_TRUE(plan.rotates);
  EXPECT_THAT(plan.text, HasSubstr(R"("secretRef":{"name":"copy"})"));
  EXPECT_THAT(plan.text, HasSubstr("openclaw.rocks/last-good"));
}

TEST(WorkloadPlan, GoingBackWaitsForAnotherSecretThatIsMissing) {
  Story story = running();
  story.sight.live.last_good.secrets["keys"] = {.copy = "copy", .digest = "k-1", .refused = ""};
  story.sight.last_good = story.sight.live.last_good;
  story.sight.last_good.secrets["keys"].refused = "k-2";
  story.sight.goes_back = true;
  story.holds("0");
  story.sight.references["more"].required = true;
  story.sight.references["more"].prefixes.insert("");
  story.sight.observed["more"] = {};
  const WorkloadPlan plan = story.plan();
  EXPECT_FALSE(plan.rotates);
  EXPECT_THAT(plan.text, Not(HasSubstr(R"("name":"copy")")));
}

TEST(WorkloadPlan, TheWishNamesWhatChangedAndWhatThePodsWouldStartAs) {
  Story story = running();
  story.holds("2");
  story.options.quiet = 0s;
  const WishPtr wish = story.plan().wish;
  ASSERT_EQ(wish->changed.size(), 1U);
  EXPECT_EQ(wish->changed.at("keys"), story.sight.observed["keys"].digest);
  EXPECT_EQ(wish->hash_before, story.sight.live.hash);
  EXPECT_EQ(wish->live, story.sight.live.object);
  EXPECT_EQ(wish->references, story.sight.references);
  EXPECT_EQ(wish->wanted.metadata.name, "foo");
}

TEST(WorkloadPlan, TheWishNamesTheImmutableSecretsAmongThoseThatChanged) {
  Story story = running();
  story.holds("2");
  story.options.quiet = 0s;
  EXPECT_TRUE(story.plan().wish->frozen.empty());
  story.sight.observed["keys"].immutable = true;
  EXPECT_THAT(story.plan().wish->frozen, testing::ElementsAre("keys"));
  story.holds("1");
  story.sight.observed["keys"].immutable = true;
  story.sight.wanted.spec.pod_template.spec.termination_grace_period_seconds = 77;
  story.sight.template_changes = true;
  EXPECT_TRUE(story.plan().wish->frozen.empty()) << "it did not change";
}

TEST(WorkloadPlan, WhatWasAskedForIsWhatIsToldAndPutDown) {
  Story story = running();
  EXPECT_EQ(story.plan().wish, nullptr) << "nothing is asked for";
  story.holds("2");
  EXPECT_EQ(story.plan().wish, nullptr) << "not before the burst is over";
  story.options.quiet = 0s;
  const WorkloadPlan asks = story.plan();
  ASSERT_NE(asks.wish, nullptr);
  const WorkloadPlan reloads = plan_workload(story.sight, story.quiet, story.now, story.options,
                                             {.permit = {.in_place = true}, .wish = asks.wish});
  EXPECT_TRUE(reloads.reloads && reloads.brings_values() && !reloads.restarts());
  EXPECT_EQ(reloads.wish, asks.wish);
}

TEST(WorkloadPlan, OfAnotherOperatorsPodsIsTheMarksAlone) {
  Story story = running();
  story.sight.marks_only = true;
  story.holds("2");
  story.options.quiet = 0s;
  const WorkloadPlan plan = story.plan();
  EXPECT_TRUE(plan.rotates);
  EXPECT_THAT(plan.text, HasSubstr(plan.marks.hash));
  EXPECT_THAT(plan.text, Not(HasSubstr("containers")));
  EXPECT_EQ(plan.marks.template_digest, "");
}

}  // namespace
}  // namespace rotor::openclaw
