// A child of a ClusterExternalSecret that cannot be read (a CRD that once let everything in): the others go on, and the
// parent says which one it is and what to do.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "api/core/namespace.hpp"
#include "api/externalsecrets/cluster_external_secret.hpp"
#include "api/externalsecrets/crds.hpp"
#include "api/externalsecrets/store.hpp"
#include "kube/shards/ownership.hpp"
#include "kube/shards/shard_table.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;

constexpr int kShards = 7;  // of which the parent and its two children are in three
constexpr kube::Resource kCrds{"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition",
                               false};
constexpr kube::Resource kParents = kube::kResource<api::es::ClusterExternalSecret>;
constexpr kube::Resource kChildren = kube::kResource<api::es::ExternalSecret>;
constexpr std::string_view kBroken = R"({"spec":{"data":"not a list"}})";
constexpr std::string_view kMended = R"({"spec":{"data":[{"secretKey":"a","remoteRef":{"key":"k"}}]}})";

class UnreadableChild : public testing::Test {
 protected:
  void SetUp() override {
    world.create(kCrds, api::es::cluster_external_secret_crd());
    world.until("the kind to be served", [this] {
      try {
        return world.get(kParents, {"", "shared"}).is_null();
      } catch (const std::runtime_error&) {
        return false;
      }
    });
    world.create(kube::kResource<api::es::ClusterSecretStore>, R"({"metadata":{"name":"store"},
      "spec":{"provider":{"fake":{"data":[{"key":"k","value":"v"}]}}}})");
    for (const char* ns : {"a", "b"}) {
      world.create(kube::kResource<api::Namespace>,
                   fmt::format(R"({{"metadata":{{"name":"{}","labels":{{"team":"a"}}}}}})", ns));
    }
    world.create(kParents, R"({"metadata":{"name":"shared"},"spec":{"externalSecretSpec":{
      "secretStoreRef":{"name":"store","kind":"ClusterSecretStore"},
      "data":[{"secretKey":"a","remoteRef":{"key":"k"}}]},"namespaceSelectors":[{"matchLabels":{"team":"a"}}]}})");
  }

  json::Value child(const std::string& ns) { return world.get(kChildren, {ns, "shared"}); }
  void until_both_are_there() {
    for (const char* ns : {"a", "b"}) world.until("the child", [&] { return !child(ns).is_null(); });
    world.until("the status", [this] { return provisioned() == R"(["a","b"])"; });
    world.settle();
  }
  void write_child(std::string_view patch) { world.merge(kChildren, {"b", "shared"}, patch); }
  void edit_parent() {
    world.merge(kParents, {"", "shared"}, R"({"spec":{"externalSecretSpec":{"refreshInterval":"9m"}}})");
  }
  void until_the_other_follows() {
    world.until("the edit of the other child",
                [this] { return json::find_string(child("a"), "spec.refreshInterval") == "9m"; });
  }
  std::string part(std::string_view path) {
    const json::Value parent = world.get(kParents, {"", "shared"});
    const json::Value* found = json::find(parent, path);
    return found == nullptr ? "" : json::serialize(*found);
  }
  std::string provisioned() { return part("status.provisionedNamespaces"); }
  void until_it_says_so() {
    world.until("the failed namespace", [this] { return part("status.failedNamespaces").contains(R"("b")"); });
    for (const char* path : {"status.failedNamespaces", "status.conditions"}) {
      EXPECT_THAT(part(path), HasSubstr("ExternalSecret b/shared cannot be read"));
      EXPECT_THAT(part(path), HasSubstr("correct that field, or delete it"));
    }
    EXPECT_EQ(provisioned(), R"(["a"])");
  }

  SecretsWorld world{true};
};

TEST_F(UnreadableChild, DoesNotHoldUpTheOthersWhenItsParentComesToAnotherReplica) {
  const int parents = kube::shard_of({"", "shared"}, kShards);
  std::set<int> taken = {parents, kube::shard_of({"a", "shared"}, kShards), kube::shard_of({"b", "shared"}, kShards)};
  ASSERT_EQ(taken.size(), 3U);
  int elsewhere = 0;
  while (taken.contains(elsewhere)) ++elsewhere;
  kube::Ownership ownership{kShards};
  ownership.assign({parents}, {}, 2);
  world.start_operator({}, &ownership);
  until_both_are_there();
  ownership.assign({elsewhere}, {}, 2);  // of the children nothing is kept but names
  write_child(kBroken);
  edit_parent();
  world.settle();
  ownership.assign({parents}, {}, 2);
  until_the_other_follows();
  until_it_says_so();
  world.remove(kChildren, {"b", "shared"});
  world.until("a new one in its place", [this] { return provisioned() == R"(["a","b"])"; });
  EXPECT_EQ(part("status.failedNamespaces"), "");
  world.stop_operator();
}

TEST_F(UnreadableChild, ThatWasNeverReadIsNamedAndLeftAloneUntilItIsMended) {
  world.start_operator();
  until_both_are_there();
  world.stop_operator();
  write_child(kBroken);
  edit_parent();
  world.start_operator();
  until_the_other_follows();
  until_it_says_so();
  world.settle();
  EXPECT_EQ(json::find_string(child("b"), "spec.data"), "not a list");
  write_child(kMended);
  world.until("it to follow again", [this] { return provisioned() == R"(["a","b"])"; });
  EXPECT_EQ(json::find_string(child("b"), "spec.refreshInterval"), "9m");
}

TEST_F(UnreadableChild, GoesWithItsParentAsTheOthersDo) {
  world.start_operator();
  until_both_are_there();
  write_child(kBroken);
  until_it_says_so();
  world.remove(kParents, {"", "shared"});
  world.until("it to go", [this] { return world.get(kParents, {"", "shared"}).is_null(); });
  world.until("the children to go", [this] { return child("a").is_null() && child("b").is_null(); });
}

}  // namespace
}  // namespace rotor::test
