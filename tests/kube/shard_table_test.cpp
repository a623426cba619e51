#include "kube/shards/shard_table.hpp"

#include <array>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rotor::kube {
namespace {

constexpr int kShards = 60;

// Until nobody has anything to give or to take: what all of them do, one after the other.
void settle(ShardTable& table) {
  for (int round = 0; round < 2 * table.count; ++round) {
    const ShardTable before = table;
    for (ShardMember& member : table.members) {
      const ShardShare share = share_of(table, member.identity);
      const std::set<int> free = table.free();
      for (const int shard : choose_surplus(member.shards, share.surplus, {}, {})) member.shards.erase(shard);
      int wanting = share.wanting;
      for (auto it = free.begin(); it != free.end() && wanting > 0; ++it, --wanting) member.shards.insert(*it);
    }
    if (table == before) return;
  }
  FAIL() << "never settles: " << write_table(table);
}

ShardTable settled(int members, int shards = kShards) {
  ShardTable table{.count = shards};
  for (int i = 0; i < members; ++i) table.add({fmt::format("replica-{}", i)});
  settle(table);
  return table;
}

std::string owner_of(const ShardTable& table, const Key& key) {
  for (const ShardMember& member : table.members) {
    if (member.shards.contains(shard_of(key, table.count))) return member.identity;
  }
  return {};
}

std::vector<Key> many_objects() {
  std::vector<Key> keys;
  for (int ns = 0; ns < 20; ++ns) {
    for (int i = 0; i < 500; ++i) keys.push_back({fmt::format("team-{}", ns), fmt::format("database-{}", i)});
  }
  return keys;
}

std::size_t moved(const ShardTable& before, const ShardTable& after) {
  std::size_t count = 0;
  for (const Key& key : many_objects()) count += owner_of(before, key) != owner_of(after, key) ? 1U : 0U;
  return count;
}

TEST(ShardTable, AnObjectsShardIsTheSameInEveryVersion) {
  EXPECT_EQ(shard_of({"openclaw", "openclaw-api-keys"}, kShards), 18);
  EXPECT_EQ(shard_of({"", "everywhere"}, kShards), 22);
  EXPECT_NE(shard_of({"a", "bc"}, kMostShards), shard_of({"ab", "c"}, kMostShards));
}

TEST(ShardTable, ObjectsAreSpreadEvenlyWithinAFifth) {
  for (const int replicas : {2, 3, 4, 5, 6, 7}) {
    const ShardTable table = settled(replicas);
    std::map<std::string, int> owned;
    for (const Key& key : many_objects()) ++owned[owner_of(table, key)];
    ASSERT_EQ(owned.size(), static_cast<std::size_t>(replicas)) << "an object has no owner";
    const int fair = 10'000 / replicas;
    for (const auto& [identity, count] : owned) EXPECT_NEAR(count, fair, fair / 5.0) << identity << " of " << replicas;
  }
}

TEST(ShardTable, SharesDifferByOneAtMostHoweverManyThereAre) {
  for (const int shards : {1, 3, 7, kShards, 61}) {
    for (int replicas = 1; replicas <= 9; ++replicas) {
      const ShardTable table = settled(replicas, shards);
      EXPECT_TRUE(table.free().empty());
      for (const ShardMember& member : table.members) {
        EXPECT_GE(static_cast<int>(member.shards.size()), shards / replicas);
        EXPECT_LE(static_cast<int>(member.shards.size()), (shards + replicas - 1) / replicas);
      }
    }
  }
}

TEST(ShardTable, WhenAReplicaComesAtMostItsShareMoves) {
  for (const int replicas : {1, 2, 3, 4, 5, 6, 8}) {
    const ShardTable before = settled(replicas);
    ShardTable after = before;
    after.add({"newcomer"});
    settle(after);
    EXPECT_LE(moved(before, after), 10'000U / static_cast<unsigned>(replicas)) << replicas;
    for (const ShardMember& member : before.members) {
      for (const int shard : after.find(member.identity)->shards) EXPECT_TRUE(member.shards.contains(shard)) << shard;
    }
  }
}

TEST(ShardTable, WhenAReplicaGoesOnlyWhatItHadMoves) {
  for (const int replicas : {2, 3, 4, 5, 6, 8}) {
    for (int gone = 0; gone < replicas; ++gone) {
      const ShardTable before = settled(replicas);
      ShardTable after = before;
      after.members.erase(after.members.begin() + gone);
      settle(after);
      for (const Key& key : many_objects()) {
        const std::string owner = owner_of(before, key);
        if (owner != before.members[static_cast<std::size_t>(gone)].identity) EXPECT_EQ(owner_of(after, key), owner);
      }
    }
  }
}

TEST(ShardTable, IsReadAsItWasWritten) {
  ShardTable table{.count = kShards};
  table.add({"b", 7, 15, {1, 2, 3, 9, 59}});
  table.add({"a", 1, 5, {}});
  table.add({"c", 2, 15, {0, 4, 5}});
  const std::string text = write_table(table);
  EXPECT_EQ(text, R"({"count":60,"members":[{"identity":"a","beat":1,"lease":5,"shards":""},)"
                  R"({"identity":"b","beat":7,"lease":15,"shards":"1-3,9,59"},)"
                  R"({"identity":"c","beat":2,"lease":15,"shards":"0,4-5"}]})");
  EXPECT_EQ(*read_table(text, kShards), table);
}

TEST(ShardTable, WhatNobodyWroteIsNoTable) {
  constexpr std::array kTexts = {
      "",
      "[]",
      R"({"count":60})",
      R"({"count":61,"members":[]})",
      R"({"count":60,"members":[1]})",
      R"({"count":60,"members":[{"beat":1}]})",
      R"({"count":60,"members":[{"identity":"a","shards":"60"}]})",
      R"({"count":60,"members":[{"identity":"a","shards":"-1"}]})",
      R"({"count":60,"members":[{"identity":"a","shards":"0-99999999999"}]})",
      R"({"count":60,"members":[{"identity":"a","shards":"0-2000000000"}]})",
      R"({"count":60,"members":[{"identity":"a","shards":"x"}]})",
      R"({"count":60,"members":[{"identity":"a","shards":"1"},{"identity":"b","shards":"0-5"}]})",
      R"({"count":60,"members":[{"identity":"a","shards":"1"},{"identity":"a","shards":"2"}]})",
  };
  for (const char* text : kTexts) EXPECT_FALSE(read_table(text, kShards)) << text;
}

TEST(ShardTable, GivesUpFirstWhatWasChosenBeforeAndThenWhatIsIdle) {
  const std::set<int> owned{1, 2, 3, 4};
  EXPECT_EQ(choose_surplus(owned, 2, {}, {}), (std::set<int>{3, 4}));
  EXPECT_EQ(choose_surplus(owned, 2, {}, {{4, 1}, {3, 2}, {2, 1}}), (std::set<int>{1, 4}));
  EXPECT_EQ(choose_surplus(owned, 2, {3}, {{3, 2}}), (std::set<int>{3, 4}));
  EXPECT_EQ(choose_surplus(owned, 0, {3}, {}), std::set<int>());
  EXPECT_EQ(choose_surplus(owned, 9, {}, {}), owned);
}

}  // namespace
}  // namespace rotor::kube
