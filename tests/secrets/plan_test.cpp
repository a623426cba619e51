#include "secrets/plan.hpp"

#include <gtest/gtest.h>

#include "tests/secrets/planned.hpp"

namespace rotor::secrets {
namespace {

using test::left_by;
using test::one_value;
using test::planned;
using test::sample_es;
using Action = Plan::Action;
using Kind = Content::Kind;

TEST(Plan, WritesNothingWhenNothingDiffers) {
  const auto live = to_target(left_by(sample_es(), one_value("a", "v1")));
  const auto built = planned(sample_es(), &live, one_value("a", "v1"));
  ASSERT_TRUE(built);
  EXPECT_EQ(built->action, Plan::Action::kLeave);
}

TEST(Plan, LeavesAnImmutableSecretAlone) {
  auto secret = left_by(sample_es(), one_value("a", "v1"));
  secret.immutable = true;
  const auto live = to_target(std::move(secret));
  EXPECT_EQ(planned(sample_es(), &live, one_value("a", "v1"))->action, Plan::Action::kLeave);
}

void expect_immutable(const SyncFailure& failure) {
  EXPECT_EQ(ready_words(failure.ending).message, "could not update secret, target is immutable");
  EXPECT_TRUE(failure.error.message.ends_with("secret is immutable")) << failure.error.message;
  EXPECT_TRUE(failure.error.message.contains("give spec.target.name another value"));
  EXPECT_FALSE(failure.error.message.contains("delete")) << "nodes go on serving what they hold";
  EXPECT_EQ(failure.then.kind, kube::Outcome::Kind::kDone);
}

TEST(Plan, WritesTheMetadataOfAnImmutableSecretOnceAndFailsWhereItsDataShouldBeOther_Row74) {
  auto es = sample_es();
  auto secret = left_by(es, one_value("a", "v1"));
  secret.immutable = true;
  auto live = to_target(secret);
  const auto first = planned(es, &live, one_value("a", "v2"));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->action, Action::kUpdateAround);
  EXPECT_FALSE(first->has_secret);
  ASSERT_TRUE(first->failure);
  expect_immutable(*first->failure);
  const std::string& hash = first->secret.metadata.annotations.at(std::string(kDataHashAnnotation));
  EXPECT_NE(hash, live.actual_hash) << "of what it should hold: the target tells that it does not";
  live.metadata.annotations[std::string(kDataHashAnnotation)] = hash;
  for (const char* value : {"v2", "v3"}) {
    const auto later = planned(es, &live, one_value("a", value));
    ASSERT_FALSE(later) << "no write with each pass";
    expect_immutable(later.error());
  }
  es.metadata.labels["l1"] = "x";
  const auto labelled = planned(es, &live, one_value("a", "v2"));
  ASSERT_TRUE(labelled);
  EXPECT_EQ(labelled->secret.metadata.labels.at("l1"), "x");
  ASSERT_TRUE(labelled->failure);
}

TEST(Plan, TakesAnotherTypeOfAnImmutableSecretForAnotherContent) {
  auto es = sample_es();
  auto secret = left_by(es, one_value("a", "v1"));
  secret.immutable = true;
  auto live = to_target(std::move(secret));
  es.spec.target.tmpl = api::es::Template{};
  es.spec.target.tmpl->type = "example.com/other";
  live.metadata.annotations[std::string(kDataHashAnnotation)] = "of something else";
  const auto plan = planned(es, &live, one_value("a", "v1"));
  ASSERT_FALSE(plan);
  expect_immutable(plan.error());
  es.spec.target.tmpl->metadata = api::es::TemplateMetadata{{{"l1", "x"}}, {}, {}};
  const auto labelled = planned(es, &live, one_value("a", "v1"));
  ASSERT_TRUE(labelled);
  EXPECT_EQ(labelled->secret.type, "Opaque") << "what would be refused is not sent";
}

TEST(Plan, FreezesASecretThatIsThereAsItIsWithItsTypeLabelsAndAnnotations_Row76) {
  auto es = sample_es();
  es.metadata.labels["l1"] = "old";
  auto secret = left_by(es, one_value("a", "v1"));
  secret.metadata.labels["other"] = "1";
  auto live = to_target(secret);
  es.metadata.labels["l1"] = "new";
  es.spec.target.immutable = true;
  es.spec.target.tmpl = api::es::Template{};
  es.spec.target.tmpl->type = "example.com/other";
  es.spec.target.tmpl->metadata = api::es::TemplateMetadata{{{"l2", "x"}}, {}, {}};
  const auto freezing = planned(es, &live, one_value("a", "v2"));
  ASSERT_TRUE(freezing);
  EXPECT_EQ(freezing->action, Action::kUpdateAround);
  EXPECT_EQ(freezing->ending, Ending::kSynced);
  EXPECT_EQ(freezing->secret.immutable, true);
  EXPECT_EQ(freezing->secret.type, "Opaque");
  EXPECT_EQ(freezing->secret.metadata.labels, secret.metadata.labels);
  EXPECT_EQ(freezing->secret.metadata.annotations, secret.metadata.annotations);
  live.immutable = true;
  EXPECT_EQ(planned(es, &live, one_value("a", "v3"))->action, Action::kLeave)
      << "an edit does not reach what is frozen";
}

TEST(Plan, LeavesWhatIsThereWhenNothingWasFetched_Row68) {
  const auto live = to_target(left_by(sample_es(), one_value("a", "v1")));
  for (const Target* target : {static_cast<const Target*>(nullptr), &live}) {
    const auto plan = plan_secret(sample_es(), target, {});
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->action, Action::kLeave);
    EXPECT_EQ(plan->ending, Ending::kRetained);
    EXPECT_FALSE(plan->has_secret);
    EXPECT_FALSE(plan->ends_orphans);
  }
}

TEST(Plan, DeletesOnlyWhatIsOwned_Row64_Row66) {
  auto es = sample_es();
  es.spec.target.deletion_policy = "Delete";
  const auto live = to_target(left_by(es, one_value("a", "v1")));
  EXPECT_EQ(plan_secret(es, &live, {})->action, Action::kDelete);
  EXPECT_EQ(plan_secret(es, &live, {})->ending, Ending::kDeleted);
  EXPECT_EQ(plan_secret(es, nullptr, {})->action, Action::kLeave);
  for (const char* policy : {"Orphan", "Merge", "CreateOrMerge"}) {
    es.spec.target.creation_policy = policy;
    const auto plan = plan_secret(es, &live, {});
    ASSERT_FALSE(plan) << policy;
    EXPECT_EQ(plan.error().ending, Ending::kNotDeleted);
    EXPECT_EQ(plan.error().then.kind, kube::Outcome::Kind::kDone) << "no retry can help";
  }
}

TEST(Plan, FollowsTheCreationPolicy_Row56_Row60) {
  struct Row {
    const char* policy;
    Action action;
    Ending ending;
    bool owned, ends_orphans;
  };
  for (const Row& row : {Row{"", Action::kCreate, Ending::kSynced, true, true},
                         Row{"Owner", Action::kCreate, Ending::kSynced, true, true},
                         Row{"Orphan", Action::kCreate, Ending::kSynced, false, false},
                         Row{"CreateOrMerge", Action::kCreate, Ending::kSynced, false, false},
                         Row{"Merge", Action::kLeave, Ending::kMissing, false, false},
                         Row{"None", Action::kLeave, Ending::kSynced, false, false}}) {
    auto es = sample_es();
    es.spec.target.creation_policy = row.policy;
    const auto plan = planned(es, nullptr, one_value("a", "v1"));
    ASSERT_TRUE(plan) << row.policy;
    EXPECT_EQ(plan->action, row.action) << row.policy;
    EXPECT_EQ(plan->ending, row.ending) << row.policy;
    EXPECT_EQ(plan->ends_orphans, row.ends_orphans) << row.policy;
    EXPECT_EQ(!plan->secret.metadata.owner_references.empty(), row.owned) << row.policy;
    EXPECT_EQ(plan->secret.metadata.labels.contains(kOwnerLabel), row.owned) << row.policy;
  }
}

TEST(Plan, MarksUnderNoneWhatIsThereAndNothingElse_Row201) {
  auto es = sample_es();
  es.spec.target.creation_policy = "None";
  const auto foreign = to_target(test::sample_secret(one_value("a", "theirs")));
  const auto marking = planned(es, &foreign, one_value("a", "v1"));
  ASSERT_TRUE(marking);
  EXPECT_EQ(marking->action, Action::kMark);
  EXPECT_EQ(marking->ending, Ending::kOvertaken);
  const auto marked = test::adopted(test::sample_secret(one_value("a", "theirs")));
  const auto after = planned(es, &marked, one_value("a", "v1"));
  ASSERT_TRUE(after);
  EXPECT_EQ(after->action, Action::kLeave);
  EXPECT_EQ(after->ending, Ending::kSynced);
  EXPECT_FALSE(after->has_secret);
}

TEST(Plan, WritesAnImmutableTargetOnce_Row72_Row73_Row76) {
  auto es = sample_es();
  es.spec.target.immutable = true;
  const auto made = planned(es, nullptr, one_value("a", "v1"));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->action, Action::kCreate);
  EXPECT_EQ(made->secret.immutable, true);
  const auto frozen = to_target(left_by(es, one_value("a", "v1")));
  EXPECT_EQ(planned(es, &frozen, one_value("a", "v2"))->action, Action::kLeave) << "and Ready stays True";
  const auto mutable_one = to_target(left_by(sample_es(), one_value("a", "v1")));
  const auto freezing = planned(es, &mutable_one, one_value("a", "v2"));
  ASSERT_TRUE(freezing);
  EXPECT_EQ(freezing->action, Action::kUpdateAround);
  EXPECT_EQ(freezing->secret.immutable, true);
}

TEST(Plan, MarksASecretThatNoWatchShowsBeforeAnythingElse) {
  auto secret = test::sample_secret(one_value("old", "x"));
  kube::OwnerReference other;
  other.kind = "Deployment";
  other.controller = true;
  secret.metadata.owner_references = {other};
  const auto live = to_target(std::move(secret));
  const auto plan = planned(sample_es(), &live, one_value("a", "v1"));
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->action, Action::kMark);
  EXPECT_EQ(plan->ending, Ending::kOvertaken);
  EXPECT_FALSE(plan->has_secret);
  EXPECT_FALSE(plan->ends_orphans);
}

TEST(Plan, WritesAroundDataThatStays) {
  auto es = sample_es();
  const auto live = to_target(left_by(es, one_value("a", "v1")));
  const auto same = plan_secret(es, &live, {.kind = Kind::kAsItIs, .digest = "digest"});
  ASSERT_TRUE(same);
  EXPECT_EQ(same->action, Action::kLeave);
  EXPECT_TRUE(same->has_secret);
  es.metadata.labels["l1"] = "x";
  const auto labelled = plan_secret(es, &live, {.kind = Kind::kAsItIs, .digest = "digest"});
  ASSERT_TRUE(labelled);
  EXPECT_EQ(labelled->action, Action::kUpdateAround);
  EXPECT_EQ(labelled->secret.metadata.labels.at("l1"), "x");
  EXPECT_EQ(labelled->secret.metadata.resource_version, "20");
  EXPECT_TRUE(labelled->secret.data.empty());
}

TEST(Plan, EndsOrphansWhereverThereIsASecretOfTheNewName) {
  const auto live = to_target(left_by(sample_es(), one_value("a", "v1")));
  EXPECT_TRUE(planned(sample_es(), nullptr, one_value("a", "v1"))->ends_orphans);
  EXPECT_TRUE(planned(sample_es(), &live, one_value("a", "v1"))->ends_orphans);
  EXPECT_TRUE(planned(sample_es(), &live, one_value("a", "v2"))->ends_orphans);
}

}  // namespace
}  // namespace rotor::secrets
