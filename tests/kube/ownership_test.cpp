#include "kube/shards/ownership.hpp"

#include <gtest/gtest.h>

#include "kube/shards/shard_table.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/loop.hpp"

namespace rotor::kube {
namespace {

const Key kA{"shop", "a"};
const Key kB{"shop", "b"};

TEST(Ownership, WithoutShardsEverythingIsOurs) {
  Ownership ownership;
  EXPECT_TRUE(ownership.owns(kA));
  EXPECT_TRUE(ownership.keeps(kA));
  EXPECT_EQ(ownership.replicas(), 1);
  const auto pass = ownership.begin(kA);
  EXPECT_TRUE(ownership.busy().empty());
}

TEST(Ownership, OwnsWhatItsShardsHoldAndBeginsNothingInWhatIsHeldBack) {
  Ownership ownership(60);
  const int shard = shard_of(kA, 60);
  EXPECT_FALSE(ownership.owns(kA));
  ownership.assign({shard}, {}, 3);
  EXPECT_TRUE(ownership.owns(kA));
  EXPECT_FALSE(ownership.owns(kB));
  EXPECT_EQ(ownership.replicas(), 3);
  ownership.hold_back({shard});
  EXPECT_FALSE(ownership.owns(kA));
  EXPECT_TRUE(ownership.keeps(kA));
  ownership.assign({shard}, {}, 2);  // nobody wanted it after all
  EXPECT_TRUE(ownership.owns(kA));
  ownership.lose_all();
  EXPECT_FALSE(ownership.keeps(kA));
}

TEST(Ownership, KnowsForAMinuteWhatCameFromAnotherReplica) {
  test::FakeClock clock;
  Ownership ownership(60, &clock);
  const int a = shard_of(kA, 60);
  const int b = shard_of(kB, 60);
  ASSERT_NE(a, b);
  EXPECT_FALSE(ownership.came_lately(kA));
  ownership.assign({a}, {}, 2);
  EXPECT_TRUE(ownership.came_lately(kA));
  EXPECT_FALSE(ownership.came_lately(kB));
  clock.advance(std::chrono::seconds(40));
  ownership.assign({a, b}, {}, 1);
  clock.advance(std::chrono::seconds(20));
  EXPECT_FALSE(ownership.came_lately(kA)) << "it did not come again";
  EXPECT_TRUE(ownership.came_lately(kB));
  ownership.assign({a}, {}, 2);
  EXPECT_FALSE(ownership.came_lately(kB)) << "it went";
}

TEST(Ownership, OfALeaderCameAsAWhole) {
  test::FakeClock clock;
  Ownership ownership(0, &clock);
  EXPECT_FALSE(ownership.came_lately(kA));
  ownership.took_over();
  EXPECT_TRUE(ownership.came_lately(kA));
  clock.advance(Ownership::kCatchesUpWithin);
  EXPECT_FALSE(ownership.came_lately(kA));
}

TEST(Ownership, TellsOfChangesAndOfNothingElse) {
  Ownership ownership(60);
  std::vector<ShardChange> told;
  ownership.on_change([&told](const ShardChange& change) { told.push_back(change); });
  ownership.assign({1, 2}, {}, 2);
  ownership.assign({1, 2}, {}, 2);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].gained, (std::set<int>{1, 2}));
  ownership.assign({1, 2}, {}, 3);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_TRUE(told[1].gained.empty() && told[1].lost.empty());
  ownership.hold_back({2});
  ownership.assign({2, 3}, {}, 3);  // 2 stays after all
  EXPECT_EQ(told[2].gained, (std::set<int>{2, 3}));
  EXPECT_EQ(told[2].lost, (std::set<int>{1}));
  const int shard = shard_of(kA, 60);
  EXPECT_TRUE((ShardChange{60, {shard}, {}}).gains(kA));
  EXPECT_FALSE((ShardChange{60, {shard}, {}}).loses(kA));
}

TEST(Ownership, TellsWhenTheLastPassInAShardThatIsHeldBackEnds) {
  Ownership ownership(60);
  const int shard = shard_of(kA, 60);
  int told = 0;
  ownership.on_idle([&told] { ++told; });
  ownership.assign({shard}, {}, 1);
  {
    const auto pass = ownership.begin(kA);
  }
  EXPECT_EQ(told, 0);
  {
    const auto one = ownership.begin(kA);
    const auto other = ownership.begin(kA);
    EXPECT_EQ(ownership.busy(), (std::map<int, int>{{shard, 2}}));
    ownership.hold_back({shard});
  }
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(ownership.busy().empty());
}

Task<Outcome> counted(int& passes) {
  ++passes;
  co_return Outcome::failed();
}

TEST(Ownership, AQueuesPassIsMadeOverWhatIsOwnedAlone) {
  Ownership ownership(60);
  int passes = 0;
  const auto reconcile = only_owned(ownership, [&passes](const Key&) { return counted(passes); });
  const auto by_namespace = only_owned(
      ownership, [&passes](const Key&) { return counted(passes); }, [](const Key& key) { return Key{key.ns, ""}; });
  ownership.assign({shard_of(kA, 60)}, {}, 2);
  test::Loop loop;
  EXPECT_EQ(loop.run(reconcile(kA)).kind, Outcome::Kind::kFailed);
  EXPECT_EQ(loop.run(reconcile(kB)).kind, Outcome::Kind::kDone);
  EXPECT_EQ(loop.run(by_namespace(kA)).kind, Outcome::Kind::kDone);
  EXPECT_EQ(passes, 1);
  ownership.assign({shard_of({"shop", ""}, 60)}, {}, 2);
  EXPECT_EQ(loop.run(by_namespace(kB)).kind, Outcome::Kind::kFailed);
  EXPECT_EQ(passes, 2);
}

}  // namespace
}  // namespace rotor::kube
