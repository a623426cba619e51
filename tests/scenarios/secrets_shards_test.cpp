// A replica that works on a part of the ExternalSecrets, which the test gives and takes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/externalsecrets/cluster_external_secret.hpp"
#include "apiserver/server/faults.hpp"
#include "kube/shards/ownership.hpp"
#include "kube/shards/shard_table.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

constexpr int kShards = 6;
constexpr int kObjects = 24;
constexpr std::string_view kSynced = "True/SecretSynced/secret synced";

std::string name_of(int i) { return fmt::format("es-{}", i); }

class SecretsShards : public testing::Test {
 protected:
  void SetUp() override {
    world.store(R"([{"key":"k","value":"1"}])");
    for (int i = 0; i < kObjects; ++i) {
      world.create("es", name_of(i), R"({"spec":{"secretStoreRef":{"name":"store"},"refreshInterval":"1h",
        "data":[{"secretKey":"a","remoteRef":{"key":"k"}}]}})");
    }
    // Another replica has looked at the store.
    world.merge_status("ss", "store", R"({"status":{"conditions":[{"type":"Ready","status":"True","reason":"Valid",
      "message":"store validated","lastTransitionTime":"2026-01-01T00:00:00Z"}]}})");
  }

  static int shard(int i) { return kube::shard_of({"ns", name_of(i)}, kShards); }
  void own(std::set<int> shards) { ownership.assign(std::move(shards), {}, 2); }
  void until_synced(const std::set<int>& shards) {
    for (int i = 0; i < kObjects; ++i) {
      if (shards.contains(shard(i))) world.until_ready("es", name_of(i), kSynced);
    }
  }
  void work_on_all() {
    own({0, 1, 2, 3, 4, 5});
    world.start_operator({}, &ownership);
    until_synced({0, 1, 2, 3, 4, 5});
    world.settle();
  }
  void edit(int i, std::string_view key) {
    world.merge("es", name_of(i),
                fmt::format(R"({{"spec":{{"data":[{{"secretKey":"{}","remoteRef":{{"key":"k"}}}}]}}}})", key));
  }
  // The first that is in this shard.
  static int one_of(int wanted) {
    int i = 0;
    while (shard(i) != wanted) ++i;
    return i;
  }

  // The first that is in this shard and not there yet.
  static int later_in(int wanted) {
    int i = kObjects;
    while (shard(i) != wanted) ++i;
    return i;
  }
  void write_into_shared(int i, std::string_view policy, std::string_view key) {
    world.create("es", name_of(i),
                 fmt::format(R"({{"spec":{{"secretStoreRef":{{"name":"store"}},"refreshInterval":"1h",
      "target":{{"name":"shared","creationPolicy":"{}"}},"data":[{{"secretKey":"{}","remoteRef":{{"key":"k"}}}}]}}}})",
                             policy, key));
  }

  kube::Ownership ownership{kShards};
  SecretsWorld world;
};

TEST_F(SecretsShards, WorksOnWhatItOwnsAndOnNothingElse) {
  world.start_operator({}, &ownership);
  world.settle();
  EXPECT_EQ(world.operator_writes(), 0U);  // nothing is its own yet
  own({0, 2, 4});
  until_synced({0, 2, 4});
  world.settle();
  for (int i = 0; i < kObjects; ++i) {
    EXPECT_EQ(!world.get("secret", name_of(i)).is_null(), shard(i) % 2 == 0) << i;
    EXPECT_EQ(world.ready("es", name_of(i)) == kSynced, shard(i) % 2 == 0) << i;
  }
}

TEST_F(SecretsShards, TakesOverWhatItHadOnlySeenBefore) {
  own({0, 1, 2});
  world.start_operator({}, &ownership);
  until_synced({0, 1, 2});
  own({0, 1, 2, 3, 4, 5});
  until_synced({0, 1, 2, 3, 4, 5});
}

TEST_F(SecretsShards, LeavesAloneWhatItGaveUpAndComesBackToItAsItIsThen) {
  own({0, 1, 2, 3, 4, 5});
  world.start_operator({}, &ownership);
  until_synced({0, 1, 2, 3, 4, 5});
  own({0, 1, 2});
  const int theirs = one_of(4);
  const int ours = one_of(1);
  edit(theirs, "edited");
  edit(ours, "edited");
  world.until("the edit of its own", [&] { return world.value(name_of(ours), "edited") == "1"; });
  world.settle();
  EXPECT_EQ(world.value(name_of(theirs), "edited"), "");
  world.remove("es", name_of(one_of(5)));
  own({0, 1, 2, 3, 4, 5});
  world.until("the edit of another's", [&] { return world.value(name_of(theirs), "edited") == "1"; });
}

TEST_F(SecretsShards, WhatComesBackIsReadByOneListEachAndLeftAsItIs) {
  work_on_all();
  own({0, 1, 2});
  const std::uint64_t writes = world.operator_writes();
  const std::uint64_t lists = world.operator_requests("list", "secrets");
  const std::uint64_t lists_of_texts = world.operator_requests("list", "externalsecrets");
  const std::uint64_t reads = world.operator_requests("get", "secrets");
  own({0, 1, 2, 3, 4, 5});
  world.settle();
  EXPECT_EQ(world.operator_requests("list", "secrets"), lists + 1);
  EXPECT_EQ(world.operator_requests("list", "externalsecrets"), lists_of_texts + 1);
  EXPECT_EQ(world.operator_requests("get", "secrets"), reads);
  EXPECT_EQ(world.operator_writes(), writes);
}

TEST_F(SecretsShards, ASecretThatWasEditedMeanwhileIsRepairedByWhoHasItThen) {
  work_on_all();
  own({0, 1, 2});
  const std::string theirs = name_of(one_of(4));
  world.merge("secret", theirs, R"({"data":{"a":"b3RoZXI="}})");
  world.settle();
  EXPECT_EQ(world.value(theirs, "a"), "other");
  own({0, 1, 2, 3, 4, 5});
  world.until("the repair", [&] { return world.value(theirs, "a") == "1"; });
}

TEST_F(SecretsShards, NothingIsDoneForAnExternalSecretBeforeItsSecretIsRead) {
  work_on_all();
  own({0, 1, 2});
  const std::string theirs = name_of(one_of(4));
  edit(one_of(4), "edited");
  const std::uint64_t writes = world.operator_writes();
  const std::uint64_t hits = world.faults().hits();
  world.faults().add({.verb = "list", .resource = "secrets", .times = -1, .status = 503});
  own({0, 1, 2, 3, 4, 5});
  world.until("a list that fails", [&] { return world.faults().hits() > hits; });
  world.settle();
  EXPECT_EQ(world.operator_writes(), writes);
  world.faults().clear();
  world.until("the edit", [&] { return world.value(theirs, "edited") == "1"; });
}

// Two ExternalSecrets of two replicas write into one Secret, which has no owner.
TEST_F(SecretsShards, AnothersSecretIsReadWhenSomethingOfItsOwnWritesIntoIt) {
  work_on_all();
  write_into_shared(later_in(4), "Orphan", "theirs");
  world.until("their key", [&] { return world.value("shared", "theirs") == "1"; });
  world.settle();  // its watch has shown it
  own({0, 1, 2});
  const std::uint64_t lists = world.operator_requests("list", "secrets");
  write_into_shared(later_in(0), "Merge", "ours");
  world.until("its key", [&] { return world.value("shared", "ours") == "1"; });
  EXPECT_EQ(world.value("shared", "theirs"), "1");
  EXPECT_EQ(world.operator_requests("list", "secrets"), lists + 1);
}

TEST_F(SecretsShards, TheSecretOfAnEarlierNameIsDeletedByWhoHasItThen) {
  work_on_all();
  own({0, 1, 2});
  const std::string theirs = name_of(one_of(4));
  world.merge("es", theirs, R"({"spec":{"target":{"name":"renamed"}}})");
  world.settle();
  EXPECT_TRUE(world.get("secret", "renamed").is_null());
  own({0, 1, 2, 3, 4, 5});
  world.until("the end of the earlier one", [&] { return world.get("secret", theirs).is_null(); });
  EXPECT_EQ(world.value("renamed", "a"), "1");
}

TEST_F(SecretsShards, ShowsSeriesOfItsOwnObjectsAlone) {
  own({0, 1, 2});
  world.start_operator({}, &ownership);
  until_synced({0, 1, 2});
  world.settle();
  const std::string shown = world.metrics().render();
  for (int i = 0; i < kObjects; ++i) {
    const std::string series = fmt::format(R"(externalsecret_status_condition{{name="{}",)", name_of(i));
    EXPECT_EQ(shown.contains(series), shard(i) < 3) << i;
  }
}

TEST_F(SecretsShards, AnObjectMadeLaterIsItsOwnersToWorkOn) {
  own({0, 1, 2});
  world.start_operator({}, &ownership);
  until_synced({0, 1, 2});
  const int theirs = later_in(5);
  const int ours = later_in(0);
  for (const int i : {theirs, ours}) {
    world.create("es", name_of(i), R"({"spec":{"secretStoreRef":{"name":"store"},
      "data":[{"secretKey":"a","remoteRef":{"key":"k"}}]}})");
  }
  world.until_ready("es", name_of(ours), kSynced);
  world.settle();
  EXPECT_EQ(world.ready("es", name_of(theirs)), "");
}

// Its children are spread over all replicas; the ClusterExternalSecret itself is one's.
TEST_F(SecretsShards, AClusterExternalSecretIsWorkedOnByItsOwnerWhoeverOwnsItsChildren) {
  constexpr auto kParents = kube::kResource<api::es::ClusterExternalSecret>;
  const int parents = kube::shard_of({"", "everywhere"}, kShards);
  const int childs = kube::shard_of({"ns", "everywhere"}, kShards);
  ASSERT_NE(parents, childs);
  world.create(kParents, R"({"metadata":{"name":"everywhere"},"spec":{"externalSecretName":"everywhere",
    "namespaceSelectors":[{"matchLabels":{"kubernetes.io/metadata.name":"ns"}}],
    "externalSecretSpec":{"secretStoreRef":{"name":"store"},"data":[{"secretKey":"a","remoteRef":{"key":"k"}}]}}})");
  own({parents});
  world.start_operator({}, &ownership);
  world.until("the child", [&] { return !world.get("es", "everywhere").is_null(); });
  world.settle();
  EXPECT_TRUE(world.get("secret", "everywhere").is_null());
  own({childs});
  world.until_ready("es", "everywhere", kSynced);
  world.remove(kParents, {"", "everywhere"});
  world.settle();
  EXPECT_FALSE(world.get("es", "everywhere").is_null());  // that is the other's to clean up
  own({parents});
  world.until("the clean-up", [&] { return world.get("es", "everywhere").is_null(); });
}

// Somebody else's object of the child's name, which is kept without its text, is still seen.
TEST_F(SecretsShards, AnObjectInTheWayOfAChildIsSeenThoughAnotherReplicaWorksOnIt) {
  constexpr auto kParents = kube::kResource<api::es::ClusterExternalSecret>;
  const int parents = kube::shard_of({"", "everywhere"}, kShards);
  int in_the_way = 0;
  while (shard(in_the_way) == parents) ++in_the_way;
  own({parents});
  world.start_operator({}, &ownership);
  world.settle();
  world.create(kParents, fmt::format(R"({{"metadata":{{"name":"everywhere"}},"spec":{{"externalSecretName":"{}",
    "namespaceSelectors":[{{"matchLabels":{{"kubernetes.io/metadata.name":"ns"}}}}],
    "externalSecretSpec":{{"secretStoreRef":{{"name":"store"}},"data":[{{"secretKey":"a","remoteRef":{{"key":"k"}}}}]}}}}}})",
                                     name_of(in_the_way)));
  world.until("the failed namespace", [&] {
    const auto parent = world.get(kParents, {"", "everywhere"});
    return json::find(parent, "status.failedNamespaces") != nullptr;
  });
}

}  // namespace
}  // namespace rotor::test
