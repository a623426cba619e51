#include "secrets/cluster/child.hpp"

#include <gtest/gtest.h>

#include "json/document.hpp"
#include "secrets/kept_external_secret.hpp"
#include "tests/secrets/cluster/samples.hpp"

namespace rotor::secrets::cluster {
namespace {

using test::child_of;
using test::sample_parent;

json::Value patch_of(const ClusterExternalSecret& parent, const ExternalSecret& live) {
  const auto patch = Child(parent).patch(live);
  return patch ? json::parse(*patch).value() : json::Value(nullptr);
}

TEST(Child, IsCalledLikeItsParentAndOwnedByIt_Row174) {
  const auto child = json::parse(Child(sample_parent()).in("shop")).value();
  EXPECT_EQ(child, json::parse(R"({"apiVersion":"external-secrets.io/v1","kind":"ExternalSecret",
    "metadata":{"name":"shared","namespace":"shop","ownerReferences":[{"apiVersion":"external-secrets.io/v1",
      "kind":"ClusterExternalSecret","name":"shared","uid":"uid-p","controller":true,"blockOwnerDeletion":true}]},
    "spec":{"secretStoreRef":{"name":"store","kind":"ClusterSecretStore"},"refreshInterval":"1h"}})")
                       .value());
}

TEST(Child, TakesNameLabelsAndAnnotationsOfTheSpec) {
  auto parent = sample_parent();
  parent.spec.external_secret_name = "database";
  parent.spec.external_secret_metadata.emplace();
  parent.spec.external_secret_metadata->labels = {{"app", "web"}};
  parent.spec.external_secret_metadata->annotations = {{"note", "x"}, {std::string(kForceSync), "9"}};
  const auto child = json::read<ExternalSecret>(Child(parent).in("shop")).value();
  EXPECT_EQ(child.metadata.name, "database");
  EXPECT_EQ(child.metadata.labels, (kube::StringMap{{"app", "web"}}));
  EXPECT_EQ(child.metadata.annotations, (kube::StringMap{{"note", "x"}})) << "force-sync comes from the object alone";
}

TEST(Child, IsLeftAloneWhenItIsAsItShouldBe) {
  auto parent = sample_parent();
  parent.spec.external_secret_metadata.emplace();
  parent.spec.external_secret_metadata->labels = {{"app", "web"}};
  EXPECT_EQ(Child(parent).patch(child_of(parent, "shop")), std::nullopt);
}

// Row 175, 177, 181: only what differs is written, on the version that was read.
TEST(Child, IsPatchedWhereItDiffers_Row175_Row177_Row181) {
  auto parent = sample_parent();
  const auto live = child_of(parent, "shop");

  auto edited = live;
  edited.spec.refresh_interval = "5m";
  edited.metadata.labels = {{"by", "hand"}};
  EXPECT_EQ(patch_of(parent, edited), json::parse(R"({"metadata":{"labels":null,"resourceVersion":"11"},
    "spec":{"refreshInterval":"1h"}})")
                                          .value());

  parent.metadata.annotations[std::string(kForceSync)] = "1";
  EXPECT_EQ(patch_of(parent, live), json::parse(R"({"metadata":{"annotations":{"external-secrets.io/force-sync":"1"},
    "resourceVersion":"11"}})")
                                        .value());
  auto asked = live;
  asked.metadata.annotations[std::string(kForceSync)] = "1";
  EXPECT_EQ(patch_of(parent, asked), nullptr);
  parent.metadata.annotations.clear();
  EXPECT_EQ(patch_of(parent, asked),
            json::parse(R"({"metadata":{"annotations":null,"resourceVersion":"11"}})").value());
}

TEST(Child, KeepsOtherOwnersAndTakesTheIdentityOfAParentThatWasMadeAnew) {
  const auto parent = sample_parent();
  auto live = child_of(parent, "shop");
  live.metadata.owner_references.front().uid = "uid-of-an-earlier-one";
  live.metadata.owner_references.insert(live.metadata.owner_references.begin(),
                                        {.api_version = "v1", .kind = "ConfigMap", .name = "x", .uid = "u"});
  const json::Value patch = patch_of(parent, live);
  const auto& owners = json::find(patch, "metadata.ownerReferences")->as_array();
  ASSERT_EQ(owners.size(), 2U);
  EXPECT_EQ(json::find_string(owners[0], "kind"), "ConfigMap");
  EXPECT_EQ(json::find_string(owners[1], "uid"), "uid-p");
}

TEST(Child, IsAsItIsWhereverAnotherOwnerStands) {
  const auto parent = sample_parent();
  auto live = child_of(parent, "shop");
  live.metadata.owner_references.push_back({.api_version = "v1", .kind = "ConfigMap", .name = "x", .uid = "u"});
  EXPECT_EQ(Child(parent).patch(live), std::nullopt);
}

TEST(Child, BelongsToWhoeverControlsIt) {
  const kube::OwnerReference by{.api_version = "external-secrets.io/v1beta1",
                                .kind = "ClusterExternalSecret",
                                .name = "shared",
                                .uid = "u",
                                .controller = true};
  auto uncontrolled = by;
  uncontrolled.controller.reset();
  auto other_kind = by;
  other_kind.kind = "ClusterPushSecret";
  auto other_group = by;
  other_group.api_version = "example.org/v1";
  EXPECT_EQ(cluster_owner_of({by}), "shared");
  EXPECT_EQ(cluster_owner_of({other_kind, by}), "shared");
  for (const auto& owner : {uncontrolled, other_kind, other_group}) EXPECT_EQ(cluster_owner_of({owner}), "");
  EXPECT_EQ(cluster_owner_of({}), "");
}

TEST(Child, IsKnownByItsOwnerWithoutItsTree) {
  ExternalSecretKeeper keeper;
  const auto kept = keeper.keep(Child(sample_parent()).in("shop"));
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(kept->cluster_owner, "shared");
  EXPECT_EQ(keeper.keep(R"({"metadata":{"name":"a","namespace":"b","ownerReferences":3},"spec":{}})")
                .value_or(KeptExternalSecret())
                .cluster_owner,
            "");
}

TEST(NamespaceFinalizer, IsThePublishedOneAndFitsForAnyName) {
  EXPECT_EQ(namespace_finalizer("shared"), "externalsecrets.external-secrets.io/ces-shared");
  const std::string longest(59, 'a');
  EXPECT_EQ(namespace_finalizer(longest), "externalsecrets.external-secrets.io/ces-" + longest);
  for (const std::size_t size : {60U, 253U}) {
    const std::string finalizer = namespace_finalizer(std::string(size, 'a'));
    EXPECT_LE(finalizer.size() - finalizer.find('/') - 1, 63U) << "the API server takes no more";
    EXPECT_NE(finalizer, namespace_finalizer(std::string(size - 1, 'a')));
  }
}

TEST(NamespaceFinalizer, TellsWhoseItIs) {
  EXPECT_EQ(claimed_by(namespace_finalizer("shared")), "shared");
  EXPECT_EQ(claimed_by("kubernetes"), "");
  EXPECT_EQ(claimed_by(kFinalizer), "");
}

}  // namespace
}  // namespace rotor::secrets::cluster
