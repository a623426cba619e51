#include "secrets/manifest_target/plan_manifest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/secrets/manifest_target/generic.hpp"

namespace rotor::secrets {
namespace {

using test::generic_es;
using test::left_object;
using test::one_value;
using test::planned_object;
using test::with_template;
using testing::HasSubstr;
using Action = Plan::Action;

std::string_view at(const Plan& plan, std::string_view path) { return json::find_string(plan.object, path); }

TEST(PlanManifest, MakesAnObjectWithTheMarksOfASecret_Row186) {
  const auto plan = planned_object(generic_es("v1", "ConfigMap"), nullptr, one_value("key", "val"));
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->action, Action::kCreate);
  EXPECT_EQ(at(*plan, "apiVersion"), "v1");
  EXPECT_EQ(at(*plan, "kind"), "ConfigMap");
  EXPECT_EQ(at(*plan, "metadata.namespace"), "ns");
  EXPECT_EQ(at(*plan, "metadata.name"), "tgt");
  const auto& metadata = plan->object.at("metadata").as_object();
  EXPECT_EQ(metadata.at("labels").at(kManagedLabel), "true");
  EXPECT_EQ(metadata.at("labels").at(kOwnerLabel).as_string(), owner_hash({"ns", "es"}));
  EXPECT_EQ(metadata.at("annotations").at(kDataHashAnnotation),
            "2e738a375f9934e48bf078b82d2214e9c058d2b6b45478dcf01785ed");
  EXPECT_EQ(metadata.at("ownerReferences").as_array().size(), 1U);
  EXPECT_FALSE(plan->ends_orphans);
}

TEST(PlanManifest, WritesNothingWhenNothingDiffers_Row189) {
  for (const char* kind : {"ConfigMap", "Secret"}) {
    const auto es = generic_es("v1", kind);
    const auto live = left_object(es, one_value("a", "v1"));
    EXPECT_EQ(planned_object(es, &live, one_value("a", "v1"))->action, Action::kLeave) << kind;
    const auto changed = planned_object(es, &live, one_value("a", "v2"));
    EXPECT_EQ(changed->action, Action::kUpdate);
    EXPECT_EQ(at(*changed, "metadata.resourceVersion"), "20") << "under the version that was read";
    EXPECT_EQ(at(*changed, "metadata.uid"), "uid-o");
  }
}

TEST(PlanManifest, KeepsTheNoteOfWhatTheServerMadeOfTheSameContentAlone) {
  const auto es = generic_es("v1", "ConfigMap");
  auto live = left_object(es, one_value("a", "v1"));
  const std::string note = stored_as(live.target.actual_hash, "stored");
  live.target.metadata.annotations[std::string(kStoredAsAnnotation)] = note;
  EXPECT_EQ(planned_object(es, &live, one_value("a", "v1"))->action, Action::kLeave);
  live.target.metadata.labels.clear();
  const auto same = planned_object(es, &live, one_value("a", "v1"));
  EXPECT_EQ(same->object.at("metadata").at("annotations").at(kStoredAsAnnotation).as_string(), note);
}

TEST(PlanManifest, NoticesADifferenceBesideTheHashedPart_Row190) {
  const auto es = with_template(
      generic_es("example.com/v1", "Widget"),
      R"({"templateFrom":[{"target":"spec","literal":"a: 1"},{"target":"rules","literal":"[{{ .a }}]"}]})");
  const auto live = left_object(es, one_value("a", "v1"));
  EXPECT_EQ(planned_object(es, &live, one_value("a", "v1"))->action, Action::kLeave);
  EXPECT_EQ(planned_object(es, &live, one_value("a", "v2"))->action, Action::kUpdate);
}

TEST(PlanManifest, KeepsWhatOthersWroteIntoTheMetadata) {
  const auto es = generic_es("v1", "ConfigMap");
  auto live = left_object(es, one_value("a", "v1"));
  live.target.metadata.labels["theirs"] = "x";
  live.target.metadata.finalizers = {"example.com/keep"};
  EXPECT_EQ(planned_object(es, &live, one_value("a", "v1"))->action, Action::kLeave);
  const auto plan = planned_object(es, &live, one_value("a", "v2"));
  EXPECT_EQ(at(*plan, "metadata.labels.theirs"), "x");
  EXPECT_EQ(plan->object.at("metadata").at("finalizers").as_array().size(), 1U);
}

TEST(PlanManifest, TakesNoObjectThatAnotherControls_Q11) {
  const auto es = generic_es("v1", "ConfigMap");
  auto live = left_object(es, one_value("a", "v1"));
  live.target.metadata.owner_references = {
      {.api_version = "apps/v1", .kind = "Deployment", .name = "d", .uid = "u", .controller = true}};
  EXPECT_EQ(planned_object(es, &live, one_value("a", "v2")).error().ending, Ending::kOwnedOtherwise);
  live.target.metadata.owner_references = {{.api_version = "external-secrets.io/v1",
                                            .kind = "ExternalSecret",
                                            .name = "other",
                                            .uid = "u",
                                            .controller = true}};
  for (const char* policy : {"Owner", "Orphan", "Merge", "CreateOrMerge"}) {
    auto other = es;
    other.spec.target.creation_policy = policy;
    EXPECT_EQ(planned_object(other, &live, one_value("a", "v2")).error().ending, Ending::kOwnedByAnother) << policy;
  }
}

struct PolicyCase {
  const char* creation;
  const char* deletion;
  bool there, fetched;
  Action action;
  Ending ending;
};

TEST(PlanManifest, FollowsThePolicies) {
  for (const PolicyCase& c : {PolicyCase{"Owner", "Retain", false, false, Action::kLeave, Ending::kRetained},
                              PolicyCase{"Owner", "Delete", true, false, Action::kDelete, Ending::kDeleted},
                              PolicyCase{"Owner", "Delete", false, false, Action::kLeave, Ending::kDeleted},
                              PolicyCase{"Orphan", "Retain", false, true, Action::kCreate, Ending::kSynced},
                              PolicyCase{"CreateOrMerge", "Retain", false, true, Action::kCreate, Ending::kSynced},
                              PolicyCase{"Merge", "Retain", false, true, Action::kLeave, Ending::kMissing},
                              PolicyCase{"None", "Retain", true, true, Action::kLeave, Ending::kSynced}}) {
    auto es = generic_es("v1", "ConfigMap");
    const auto live = left_object(es, one_value("a", "v0"));
    es.spec.target.creation_policy = c.creation;
    es.spec.target.deletion_policy = c.deletion;
    const LiveObject* there = c.there ? &live : nullptr;
    const auto plan = c.fetched ? planned_object(es, there, one_value("a", "v1")) : plan_manifest(es, there, {});
    ASSERT_TRUE(plan) << c.creation << c.deletion;
    EXPECT_EQ(plan->action, c.action) << c.creation << c.deletion;
    EXPECT_EQ(plan->ending, c.ending) << c.creation << c.deletion;
  }
  auto es = generic_es("v1", "ConfigMap");
  es.spec.target.creation_policy = "Orphan";
  es.spec.target.deletion_policy = "Delete";
  const auto refused = plan_manifest(es, nullptr, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error.message, "unable to delete ConfigMap tgt: creationPolicy=Orphan is not Owner");
}

TEST(PlanManifest, LeavesTheContentThatIsMadeOfTheSame) {
  const auto es = with_template(generic_es("v1", "ConfigMap"), R"({"data":{"salt":"{{ randAlphaNum 8 }}"}})");
  const auto live = left_object(es, {});
  EXPECT_EQ(plan_manifest(es, &live, {Content::Kind::kAsItIs})->action, Action::kLeave);
}

TEST(PlanManifest, MakesNoSecretThatASecretsOwnTemplateMayNotMake) {
  const auto token = with_template(generic_es("v1", "Secret"),
                                   R"({"metadata":{"annotations":{"kubernetes.io/service-account.name":"admin"}},
          "templateFrom":[{"target":"type","literal":"kubernetes.io/service-account-token"}]})");
  const auto refused = planned_object(token, nullptr, {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().error.message, HasSubstr("service-account-token"));
  const auto bootstrap = with_template(
      generic_es("v1", "Secret"), R"({"templateFrom":[{"target":"type","literal":"bootstrap.kubernetes.io/token"}]})");
  EXPECT_FALSE(planned_object(bootstrap, nullptr, {}));
  const auto plain = with_template(generic_es("v1", "Secret"),
                                   R"({"templateFrom":[{"target":"type","literal":"example.com/login"}]})");
  EXPECT_EQ(at(*planned_object(plain, nullptr, {}), "type"), "example.com/login");
}

TEST(PlanManifest, WantsTextForLabels) {
  const auto es = with_template(generic_es("v1", "ConfigMap"),
                                R"({"templateFrom":[{"target":"metadata.labels","literal":"port: 5432"}]})");
  const auto refused = planned_object(es, nullptr, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error.message,
            "metadata.labels: the value of port is made no text: quote it in the template");
}

}  // namespace
}  // namespace rotor::secrets
