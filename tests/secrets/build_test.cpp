#include "secrets/build.hpp"

#include <gtest/gtest.h>

#include "json/object_hash.hpp"
#include "secrets/render.hpp"
#include "template/language/template.hpp"
#include "tests/secrets/samples.hpp"

namespace rotor::secrets {
namespace {

using test::one_value;
using test::sample_es;
using test::sample_secret;

// What a pass without templates does between fetching and writing.
std::expected<Desired, SyncFailure> build(const api::es::ExternalSecret& es, const Target* live, SecretMap fetched) {
  auto parts = render_secret(es, std::move(fetched), {}, tmpl::system_environment(), {});
  return build_secret(es, live, std::move(parts).value());
}

// The Secret as a sync of `es` left it.
api::Secret left_by(const api::es::ExternalSecret& es, SecretMap data) {
  auto built = build(es, nullptr, std::move(data));
  EXPECT_TRUE(built);
  api::Secret secret = std::move(built->secret);
  secret.metadata.uid = "uid-s";
  secret.metadata.resource_version = "20";
  secret.type = "Opaque";
  return secret;
}

kube::ManagedFieldsEntry wrote(std::string manager, std::string fields) {
  kube::ManagedFieldsEntry entry;
  entry.manager = std::move(manager);
  entry.operation = "Update";
  entry.fields_v1 = {std::move(fields)};
  return entry;
}

kube::OwnerReference controller(std::string api_version, std::string kind, std::string name, std::string uid) {
  return {.api_version = std::move(api_version),
          .kind = std::move(kind),
          .name = std::move(name),
          .uid = std::move(uid),
          .controller = true,
          .block_owner_deletion = true};
}

Target owned_by(kube::OwnerReference owner) {
  auto secret = sample_secret({});
  secret.metadata.owner_references = {std::move(owner)};
  return to_target(std::move(secret));
}

TEST(BuildSecret, MakesTheSecretWithItsMarks_Row1_Row5) {
  auto es = sample_es();
  es.metadata.labels["l1"] = "x";
  es.metadata.annotations["an1"] = "y";
  const auto built = build(es, nullptr, one_value("a", "v1"));
  ASSERT_TRUE(built);
  EXPECT_EQ(built->write, Desired::Write::kCreate);
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

TEST(BuildSecret, IsNamedLikeTheExternalSecret_Row2) {
  auto es = sample_es();
  es.spec.target.name.clear();
  EXPECT_EQ(build(es, nullptr, one_value("a", "v"))->secret.metadata.name, "es");
}

TEST(Marks, HashTheFieldManagerOfALongName_Row3) {
  EXPECT_EQ(field_manager("es"), "externalsecrets.external-secrets.io/es");
  const std::string longest(27, 'x');
  EXPECT_EQ(field_manager(longest), "externalsecrets.external-secrets.io/" + longest);
  const std::string name(80, 'x');
  EXPECT_EQ(field_manager(name), "externalsecrets.external-secrets.io/sha3/" + json::object_hash(name));
  EXPECT_LE(owner_hash({"ns", name}).size(), 63U);
}

TEST(Marks, HashTheOwnerAsTodaysOperatorDoes) {
  EXPECT_EQ(owner_hash({"default", "test-es"}), "a8e09351ea392b727f69f63683b28619fbed1174f572e728706a9ea8");
  EXPECT_EQ(resource_token(sample_es().metadata), "1-f47fe3c0b255b6dd8047cdffa772587bb829efe7a1cb70febeda2eb2");
}

TEST(BuildSecret, CopiesNoMetadataWithATemplate_Row6) {
  auto es = sample_es();
  es.metadata.labels["l1"] = "x";
  es.spec.target.tmpl.emplace();
  const auto built = build(es, nullptr, one_value("a", "v1"));
  ASSERT_TRUE(built);
  EXPECT_FALSE(built->secret.metadata.labels.contains("l1"));
  EXPECT_TRUE(built->secret.metadata.labels.contains(std::string(kManagedLabel)));
  EXPECT_EQ(built->secret.data, one_value("a", "v1"));
}

TEST(BuildSecret, TakesTypeAndMetadataFromTheTemplate) {
  auto es = sample_es();
  es.spec.target.tmpl.emplace();
  es.spec.target.tmpl->type = "kubernetes.io/tls";
  es.spec.target.tmpl->metadata = api::es::TemplateMetadata{{{"t", "1"}}, {{"u", "2"}}, {"keep.me/it"}};
  const auto built = build(es, nullptr, one_value("a", "v1"));
  EXPECT_EQ(built->secret.type, "kubernetes.io/tls");
  EXPECT_EQ(built->secret.metadata.labels.at("t"), "1");
  EXPECT_EQ(built->secret.metadata.annotations.at("u"), "2");
  EXPECT_EQ(built->secret.metadata.finalizers, std::vector<std::string>{"keep.me/it"});
}

TEST(BuildSecret, KeepsForeignLabels_Row7) {
  auto secret = left_by(sample_es(), one_value("a", "v1"));
  secret.metadata.labels["other"] = "1";
  const auto live = to_target(std::move(secret));
  const auto built = build(sample_es(), &live, one_value("a", "v2"));
  ASSERT_TRUE(built);
  EXPECT_EQ(built->write, Desired::Write::kUpdate);
  EXPECT_EQ(built->secret.metadata.labels.at("other"), "1");
  EXPECT_EQ(built->secret.metadata.resource_version, "20");
}

TEST(BuildSecret, DropsLabelsItWroteEarlier_Row8) {
  auto secret = left_by(sample_es(), one_value("a", "v1"));
  secret.metadata.labels["l1"] = "x";
  secret.metadata.labels["other"] = "1";
  secret.metadata.annotations["an1"] = "y";
  secret.metadata.managed_fields = {
      wrote("externalsecrets.external-secrets.io/es",
            R"({"f:metadata":{"f:labels":{".":{},"f:l1":{}},"f:annotations":{"f:an1":{}}},"f:data":{"f:a":{}}})"),
      wrote("kubectl", R"({"f:metadata":{"f:labels":{"f:other":{}}}})")};
  const auto live = to_target(std::move(secret));
  const auto built = build(sample_es(), &live, one_value("a", "v1"));
  ASSERT_TRUE(built);
  EXPECT_EQ(built->write, Desired::Write::kUpdate);
  EXPECT_FALSE(built->secret.metadata.labels.contains("l1"));
  EXPECT_FALSE(built->secret.metadata.annotations.contains("an1"));
  EXPECT_EQ(built->secret.metadata.labels.at("other"), "1");
  EXPECT_TRUE(built->secret.metadata.managed_fields.empty()) << "an update leaves managedFields to the API server";
}

TEST(BuildSecret, DropsStaleLabelsOfANameTooLongForItsFieldManager_Q4) {
  auto es = sample_es();
  es.metadata.name = std::string(40, 'x');
  auto secret = left_by(es, one_value("a", "v1"));
  secret.metadata.labels["l1"] = "x";
  secret.metadata.managed_fields = {
      wrote(field_manager(es.metadata.name), R"({"f:metadata":{"f:labels":{"f:l1":{}}}})")};
  const auto live = to_target(std::move(secret));
  EXPECT_FALSE(build(es, &live, one_value("a", "v1"))->secret.metadata.labels.contains("l1"));
}

TEST(BuildSecret, HashesTheDecodedData_Row9) {
  const auto built = build(sample_es(), nullptr, one_value("targetProperty", "someValue"));
  EXPECT_EQ(built->secret.metadata.annotations.at(std::string(kDataHashAnnotation)),
            "03a707af0159f9cbff01ece86d3f85a3d7c3a11b512f5e7fc90bd042");
}

TEST(BuildSecret, WritesNothingWhenNothingDiffers) {
  const auto live = to_target(left_by(sample_es(), one_value("a", "v1")));
  const auto built = build(sample_es(), &live, one_value("a", "v1"));
  ASSERT_TRUE(built);
  EXPECT_EQ(built->write, Desired::Write::kNothing);
}

TEST(BuildSecret, RestoresTheHashAnnotation_Row10) {
  auto secret = left_by(sample_es(), one_value("a", "v1"));
  secret.metadata.annotations[std::string(kDataHashAnnotation)] = "edited";
  const auto live = to_target(std::move(secret));
  const auto built = build(sample_es(), &live, one_value("a", "v1"));
  EXPECT_EQ(built->write, Desired::Write::kUpdate);
  EXPECT_EQ(built->secret.metadata.annotations.at(std::string(kDataHashAnnotation)), live.actual_hash);
}

TEST(BuildSecret, RestoresEditedData_Row11) {
  auto secret = left_by(sample_es(), one_value("a", "v1"));
  secret.data.emplace("added", SecretBytes("x"));
  const auto live = to_target(std::move(secret));
  const auto built = build(sample_es(), &live, one_value("a", "v1"));
  EXPECT_EQ(built->write, Desired::Write::kUpdate);
  EXPECT_EQ(built->secret.data, one_value("a", "v1"));
}

TEST(BuildSecret, AdoptsASecretWithoutAController_Row13) {
  const auto live = to_target(sample_secret(one_value("old", "x")));
  const auto built = build(sample_es(), &live, one_value("a", "v1"));
  ASSERT_TRUE(built);
  EXPECT_EQ(built->secret.data, one_value("a", "v1"));
  EXPECT_EQ(built->secret.metadata.owner_references.at(0).uid, "uid-1");
}

TEST(Ownership, IsRefusedByAnotherKindsController_Row14) {
  const auto live = owned_by(controller("apps/v1", "Deployment", "web", "uid-d"));
  const auto built = build(sample_es(), &live, one_value("a", "v1"));
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().condition, "failed to take ownership of target secret");
  EXPECT_EQ(built.error().error.message,
            "could not set controller reference on secret: Object ns/tgt is already owned by another Deployment "
            "controller web");
  EXPECT_EQ(built.error().then.kind, kube::Outcome::Kind::kDone);
}

TEST(Ownership, IsRefusedByAnotherExternalSecret_Row15) {
  for (const char* version : {"external-secrets.io/v1", "external-secrets.io/v1beta1"}) {
    const auto live = owned_by(controller(version, "ExternalSecret", "other", "uid-o"));
    const auto built = build(sample_es(), &live, one_value("a", "v1"));
    ASSERT_FALSE(built);
    EXPECT_EQ(built.error().condition, "target is owned by another ExternalSecret");
    EXPECT_EQ(built.error().error.message,
              "secret is owned by another ExternalSecret: other; give spec.target.name another value");
    EXPECT_EQ(built.error().then.kind, kube::Outcome::Kind::kDone);
  }
}

TEST(Ownership, IsTakenOverFromAnEarlierSelf_Row16) {
  auto live = owned_by(controller("external-secrets.io/v1beta1", "ExternalSecret", "es", "uid-old"));
  kube::OwnerReference other;
  other.kind = "ConfigMap";
  live.metadata.owner_references.push_back(other);
  const auto owners = decide_ownership(sample_es(), &live);
  ASSERT_TRUE(owners);
  ASSERT_EQ(owners->size(), 2U);
  EXPECT_EQ((*owners)[0].kind, "ConfigMap");
  EXPECT_EQ((*owners)[1], owner_reference(sample_es()));
}

TEST(BuildSecret, LeavesAnImmutableSecretAlone) {
  auto secret = left_by(sample_es(), one_value("a", "v1"));
  secret.immutable = true;
  const auto live = to_target(std::move(secret));
  EXPECT_EQ(build(sample_es(), &live, one_value("a", "v1"))->write, Desired::Write::kNothing);
  const auto changed = build(sample_es(), &live, one_value("a", "v2"));
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().condition,
            "could not update secret, target is immutable: what uses it keeps the old values; give spec.target.name "
            "another value and let it use that");
  EXPECT_FALSE(changed.error().error.message.contains("delete")) << "nodes go on serving what they hold";
  EXPECT_EQ(changed.error().then.kind, kube::Outcome::Kind::kDone);
}

TEST(Target, KeepsNoValues) {
  const auto target = decode_target(R"({"metadata":{"name":"a","namespace":"n","managedFields":[{"manager":"kubectl"}]},
                                        "data":{"k":"Y2FuYXJ5"}})");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->actual_hash, json::object_hash(one_value("k", "canary")));
  EXPECT_TRUE(target->metadata.managed_fields.empty());
}

}  // namespace
}  // namespace rotor::secrets
