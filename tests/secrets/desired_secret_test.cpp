#include "secrets/desired_secret.hpp"

#include <gtest/gtest.h>

#include "json/object_hash.hpp"
#include "tests/secrets/planned.hpp"

namespace rotor::secrets {
namespace {

using test::adopted;
using test::left_by;
using test::one_value;
using test::planned;
using test::sample_es;
using test::sample_secret;
using test::wrote;

TEST(DesiredSecret, MakesTheSecretWithItsMarks_Row1_Row5) {
  auto es = sample_es();
  es.metadata.labels["l1"] = "x";
  es.metadata.annotations["an1"] = "y";
  const auto built = planned(es, nullptr, one_value("a", "v1"));
  ASSERT_TRUE(built);
  EXPECT_EQ(built->action, Plan::Action::kCreate);
  const auto& metadata = built->secret.metadata;
  EXPECT_EQ(metadata.name, "tgt");
  EXPECT_EQ(built->secret.data, one_value("a", "v1"));
  EXPECT_EQ(metadata.labels.at("l1"), "x");
  EXPECT_EQ(metadata.annotations.at("an1"), "y");
  EXPECT_EQ(metadata.labels.at(std::string(kManagedLabel)), "true");
  EXPECT_EQ(metadata.labels.at(std::string(kOwnerLabel)), json::object_hash(std::string_view("ns/es")));
  ASSERT_EQ(metadata.owner_references.size(), 1U);
  EXPECT_EQ(metadata.owner_references[0], owner_reference(es));
}

TEST(DesiredSecret, IsNamedLikeTheExternalSecret_Row2) {
  auto es = sample_es();
  es.spec.target.name.clear();
  EXPECT_EQ(planned(es, nullptr, one_value("a", "v"))->secret.metadata.name, "es");
}

TEST(DesiredSecret, CopiesNoMetadataWithATemplate_Row6) {
  auto es = sample_es();
  es.metadata.labels["l1"] = "x";
  es.spec.target.tmpl.emplace();
  const auto built = planned(es, nullptr, one_value("a", "v1"));
  ASSERT_TRUE(built);
  EXPECT_FALSE(built->secret.metadata.labels.contains("l1"));
  EXPECT_TRUE(built->secret.metadata.labels.contains(std::string(kManagedLabel)));
  EXPECT_EQ(built->secret.data, one_value("a", "v1"));
}

TEST(DesiredSecret, TakesTypeAndMetadataFromTheTemplate) {
  auto es = sample_es();
  es.spec.target.tmpl.emplace();
  es.spec.target.tmpl->type = "kubernetes.io/tls";
  es.spec.target.tmpl->metadata = api::es::TemplateMetadata{{{"t", "1"}}, {{"u", "2"}}, {"keep.me/it"}};
  const auto built = planned(es, nullptr, one_value("a", "v1"));
  EXPECT_EQ(built->secret.type, "kubernetes.io/tls");
  EXPECT_EQ(built->secret.metadata.labels.at("t"), "1");
  EXPECT_EQ(built->secret.metadata.annotations.at("u"), "2");
  EXPECT_EQ(built->secret.metadata.finalizers, std::vector<std::string>{"keep.me/it"});
}

TEST(DesiredSecret, KeepsForeignLabels_Row7) {
  auto secret = left_by(sample_es(), one_value("a", "v1"));
  secret.metadata.labels["other"] = "1";
  const auto live = to_target(std::move(secret));
  const auto built = planned(sample_es(), &live, one_value("a", "v2"));
  ASSERT_TRUE(built);
  EXPECT_EQ(built->action, Plan::Action::kUpdate);
  EXPECT_EQ(built->secret.metadata.labels.at("other"), "1");
  EXPECT_EQ(built->secret.metadata.resource_version, "20");
}

TEST(DesiredSecret, DropsLabelsItWroteEarlier_Row8) {
  auto secret = left_by(sample_es(), one_value("a", "v1"));
  secret.metadata.labels["l1"] = "x";
  secret.metadata.labels["other"] = "1";
  secret.metadata.annotations["an1"] = "y";
  secret.metadata.managed_fields = {
      wrote("externalsecrets.external-secrets.io/es",
            R"({"f:metadata":{"f:labels":{".":{},"f:l1":{}},"f:annotations":{"f:an1":{}}},"f:data":{"f:a":{}}})"),
      wrote("kubectl", R"({"f:metadata":{"f:labels":{"f:other":{}}}})")};
  const auto live = to_target(std::move(secret));
  const auto built = planned(sample_es(), &live, one_value("a", "v1"));
  ASSERT_TRUE(built);
  EXPECT_EQ(built->action, Plan::Action::kUpdate);
  EXPECT_FALSE(built->secret.metadata.labels.contains("l1"));
  EXPECT_FALSE(built->secret.metadata.annotations.contains("an1"));
  EXPECT_EQ(built->secret.metadata.labels.at("other"), "1");
  EXPECT_TRUE(built->secret.metadata.managed_fields.empty()) << "an update leaves managedFields to the API server";
}

TEST(DesiredSecret, DropsStaleLabelsOfANameTooLongForItsFieldManager_Q4) {
  auto es = sample_es();
  es.metadata.name = std::string(40, 'x');
  auto secret = left_by(es, one_value("a", "v1"));
  secret.metadata.labels["l1"] = "x";
  secret.metadata.managed_fields = {
      wrote(field_manager(es.metadata.name), R"({"f:metadata":{"f:labels":{"f:l1":{}}}})")};
  const auto live = to_target(std::move(secret));
  EXPECT_FALSE(planned(es, &live, one_value("a", "v1"))->secret.metadata.labels.contains("l1"));
}

TEST(DesiredSecret, HashesTheDecodedData_Row9) {
  const auto built = planned(sample_es(), nullptr, one_value("targetProperty", "someValue"));
  EXPECT_EQ(built->secret.metadata.annotations.at(std::string(kDataHashAnnotation)),
            "03a707af0159f9cbff01ece86d3f85a3d7c3a11b512f5e7fc90bd042");
}

TEST(DesiredSecret, RestoresTheHashAnnotation_Row10) {
  auto secret = left_by(sample_es(), one_value("a", "v1"));
  secret.metadata.annotations[std::string(kDataHashAnnotation)] = "edited";
  const auto live = to_target(std::move(secret));
  const auto built = planned(sample_es(), &live, one_value("a", "v1"));
  EXPECT_EQ(built->action, Plan::Action::kUpdate);
  EXPECT_EQ(built->secret.metadata.annotations.at(std::string(kDataHashAnnotation)), live.actual_hash);
}

TEST(DesiredSecret, RestoresEditedData_Row11) {
  auto secret = left_by(sample_es(), one_value("a", "v1"));
  secret.data.emplace("added", SecretBytes("x"));
  const auto live = to_target(std::move(secret));
  const auto built = planned(sample_es(), &live, one_value("a", "v1"));
  EXPECT_EQ(built->action, Plan::Action::kUpdate);
  EXPECT_EQ(built->secret.data, one_value("a", "v1"));
}

TEST(DesiredSecret, AdoptsASecretWithoutAController_Row13) {
  const auto live = adopted(sample_secret(one_value("old", "x")));
  const auto built = planned(sample_es(), &live, one_value("a", "v1"));
  ASSERT_TRUE(built);
  EXPECT_EQ(built->action, Plan::Action::kUpdate);
  EXPECT_EQ(built->secret.data, one_value("a", "v1"));
  EXPECT_EQ(built->secret.metadata.owner_references.at(0).uid, "uid-1");
}

// Of a Secret whose data stays.
TEST(DesiredSecret, KeepsTemplatedMetadataAroundDataThatStays) {
  auto es = sample_es();
  es.spec.target.tmpl.emplace();
  auto secret = left_by(es, one_value("a", "v1"));
  secret.metadata.labels["templated"] = "x";
  secret.metadata.managed_fields = {
      wrote("externalsecrets.external-secrets.io/es", R"({"f:metadata":{"f:labels":{"f:templated":{}}}})")};
  const auto live = to_target(std::move(secret));
  const auto desired = desired_around_data(es, live);
  ASSERT_TRUE(desired);
  EXPECT_EQ(desired->secret.metadata.labels.at("templated"), "x");
  EXPECT_TRUE(desired->secret.data.empty());
  EXPECT_EQ(desired->data_hash, live.actual_hash);
}

}  // namespace
}  // namespace rotor::secrets
