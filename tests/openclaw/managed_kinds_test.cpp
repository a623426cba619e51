// What every row of the table has to keep to, the ones to come included.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "api/core/secret.hpp"
#include "json/yaml.hpp"
#include "openclaw/managed.hpp"
#include "openclaw/names.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor::openclaw {
namespace {

OpenClawInstance foo() {
  OpenClawInstance instance;
  instance.metadata.name = "foo";
  instance.metadata.ns = "test-ns";
  instance.metadata.uid = "u-1";
  return instance;
}

bool is_secret(const ManagedKind& kind) { return kind.resource == kube::kResource<api::Secret>; }

class Rows : public testing::TestWithParam<ManagedKind> {};

TEST_P(Rows, SayWhatTheyAre) {
  const ManagedKind& kind = GetParam();
  EXPECT_FALSE(kind.resource.plural.empty());
  EXPECT_TRUE(kind.resource.namespaced);
  EXPECT_FALSE(kind.status_key.empty());
  EXPECT_FALSE(kind.name(foo()).empty());
  EXPECT_EQ(kind.description().shape, json::Shape::kStruct);
}

TEST_P(Rows, AreKeptInOneWay) {
  const ManagedKind& kind = GetParam();
  EXPECT_FALSE(kind.build != nullptr && kind.make != nullptr);
  EXPECT_EQ(kind.made.reason.empty(), kind.made.called.empty());
  if (kind.make == nullptr) EXPECT_TRUE(kind.made.reason.empty());
}

// Nothing of a Secret is kept but a mark: there is nothing to compare, and no owner to see before a removal.
TEST_P(Rows, MakeSecretsOnceAndNeverRemoveThem) {
  const ManagedKind& kind = GetParam();
  if (!is_secret(kind)) return;
  EXPECT_EQ(kind.build, nullptr);
  EXPECT_EQ(kind.unwanted, Unwanted::kStays);
}

TEST_P(Rows, BuildAnObjectOfTheirKindThatTheInstanceOwns) {
  const ManagedKind& kind = GetParam();
  if (kind.build == nullptr) return;
  const json::Value document = *json::parse(kind.build(foo(), {}));
  EXPECT_EQ(json::find_string(document, "apiVersion"), kind.resource.api_version());
  EXPECT_EQ(json::find_string(document, "kind"), kind.resource.kind);
  EXPECT_EQ(json::find_string(document, "metadata.name"), kind.name(foo()));
  EXPECT_EQ(json::find_string(document, "metadata.namespace"), "test-ns");
  EXPECT_EQ(json::find(document, "metadata.labels")->at(kManagedBy).as_string(), kOperatorName);
  EXPECT_EQ(json::find(document, "metadata.ownerReferences")->at(0).at("uid"), "u-1");
  EXPECT_EQ(json::find(document, "metadata.ownerReferences")->at(0).at("controller"), true);
  EXPECT_EQ(kind.build(foo(), {}), kind.build(foo(), {})) << "a build is pure";
}

// The verbs that the ClusterRole of deploy/rbac.yaml has for a resource.
std::set<std::string> granted(const kube::Resource& resource) {
  const auto has = [](const json::Value& list, std::string_view word) {
    return std::ranges::any_of(list.as_array(), [word](const json::Value& v) { return v.as_string() == word; });
  };
  std::set<std::string> verbs;
  const auto documents = json::parse_yaml_stream(rotor::test::read_file(rotor::test::source_path("deploy/rbac.yaml")));
  for (const json::YamlDocument& document : documents.value()) {
    if (json::find_string(document.value, "kind") != "ClusterRole") continue;
    for (const json::Value& rule : json::find(document.value, "rules")->as_array()) {
      if (!has(rule.at("apiGroups"), resource.group) || !has(rule.at("resources"), resource.plural)) continue;
      for (const json::Value& verb : rule.at("verbs").as_array()) verbs.emplace(verb.as_string());
    }
  }
  return verbs;
}

TEST_P(Rows, NeedNoMoreThanTheOperatorsRoleGrants) {
  const ManagedKind& kind = GetParam();
  std::set<std::string> needed = {"get", "list", "watch", "create"};
  if (kind.make == nullptr) needed.insert("patch");
  if (kind.unwanted == Unwanted::kGoes) needed.insert("delete");
  const std::set<std::string> verbs = granted(kind.resource);
  for (const std::string& verb : needed)
    EXPECT_TRUE(verbs.contains(verb)) << verb << ": add it to deploy/chart/files/rights.yaml";
}

INSTANTIATE_TEST_SUITE_P(Table, Rows, testing::ValuesIn(managed_kinds().begin(), managed_kinds().end()),
                         [](const auto& row) { return std::string(row.param.status_key); });

TEST(ManagedKinds, HaveAStatusKeyEach) {
  std::set<std::string_view> keys;
  for (const ManagedKind& kind : managed_kinds()) EXPECT_TRUE(keys.insert(kind.status_key).second) << kind.status_key;
}

}  // namespace
}  // namespace rotor::openclaw
