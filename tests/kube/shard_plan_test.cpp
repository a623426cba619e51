#include "kube/shards/shard_plan.hpp"

#include <gtest/gtest.h>

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;

constexpr const char* kGroup = "rotor-shards/6/all";
const SteadyTime kNow(1000s);

Lease lease_of(std::string holder, const ShardTable& table) {
  Lease lease;
  lease.spec = {.holder_identity = std::move(holder), .lease_duration_seconds = 15, .renew_time = "t"};
  lease.metadata.annotations.emplace(kShardTable, write_table(table));
  return lease;
}

ShardTable table_of(std::vector<ShardMember> members) {
  ShardTable table{.count = 6};
  for (ShardMember& member : members) table.add(std::move(member));
  return table;
}

ShardSighting seen_since(const Lease& lease, SteadyTime when) { return sighted({}, lease, 6, when); }

ShardSelf self(bool member = true) {
  return {.identity = "b", .group = kGroup, .count = 6, .lease_seconds = 15, .member = member};
}

const ShardTable kThree = table_of({{"a", 4, 15, {0, 1}}, {"b", 7, 15, {2, 3}}, {"c", 9, 15, {4, 5}}});

TEST(ShardPlan, TheFirstOneFoundsTheGroupAndOwnsEverything) {
  const ShardPlan plan = plan_shards({}, self(false), kNow);
  EXPECT_EQ(plan.step, ShardStep::kWrite);
  EXPECT_EQ(plan.claim, Claim::kCreate);
  EXPECT_EQ(plan.table, table_of({{"b", 1, 15, {0, 1, 2, 3, 4, 5}}}));
}

TEST(ShardPlan, WaitsForALeaderAndTakesTheLeaseWhenItIsGivenBackOrRanOut) {
  const Lease led = lease_of("a leader", {});
  const ShardSighting seen = seen_since(led, kNow);
  EXPECT_EQ(plan_shards(seen, self(false), kNow + 14s).step, ShardStep::kWait);
  EXPECT_EQ(plan_shards(seen, self(false), kNow + 15s).claim, Claim::kTake);
  EXPECT_EQ(plan_shards(seen_since(lease_of("", {}), kNow), self(false), kNow).claim, Claim::kTake);
}

TEST(ShardPlan, WaitsForAGroupThatDividesTheWorkOtherwise) {
  const ShardSighting seen = seen_since(lease_of("rotor-shards/7/all", kThree), kNow);
  EXPECT_EQ(plan_shards(seen, self(false), kNow).step, ShardStep::kWait);
}

TEST(ShardPlan, AMemberBeatsAndChangesNothingElse) {
  const ShardSighting seen = seen_since(lease_of(kGroup, kThree), kNow);
  const ShardPlan plan = plan_shards(seen, self(), kNow + 2s);
  EXPECT_EQ(plan.step, ShardStep::kWrite);
  EXPECT_EQ(plan.claim, Claim::kRenew);
  EXPECT_EQ(plan.table, table_of({{"a", 4, 15, {0, 1}}, {"b", 8, 15, {2, 3}}, {"c", 9, 15, {4, 5}}}));
  EXPECT_FALSE(moves_shards(plan, seen, "b"));
}

TEST(ShardPlan, ANewcomerBeginsWithWhatIsFree) {
  const ShardSighting seen = seen_since(lease_of(kGroup, table_of({{"a", 1, 15, {0, 1, 2, 3}}})), kNow);
  EXPECT_EQ(plan_shards(seen, self(false), kNow).table.find("b")->shards, (std::set<int>{4, 5}));
}

TEST(ShardPlan, GivesUpWhatIsIdleAndHoldsBackWhatIsNot) {
  const ShardSighting seen =
      seen_since(lease_of(kGroup, table_of({{"b", 1, 15, {0, 1, 2, 3, 4, 5}}, {"n", 1, 15, {}}})), kNow);
  ShardSelf me = self();
  me.busy = {{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 1}};
  const ShardPlan plan = plan_shards(seen, me, kNow);
  EXPECT_EQ(plan.surplus, (std::set<int>{3, 4, 5}));
  EXPECT_EQ(plan.table.find("b")->shards, (std::set<int>{0, 1, 2, 3, 4}));
  EXPECT_TRUE(moves_shards(plan, seen, "b"));
}

TEST(ShardPlan, TakesItsPartOfWhatASilentMemberHad) {
  const Lease lease = lease_of(kGroup, kThree);
  const ShardSighting seen = sighted(seen_since(lease, kNow), lease, 6, kNow + 10s);  // no beat in between
  EXPECT_EQ(next_death(seen, "b"), kNow + 15s);
  Lease beaten = lease_of(kGroup, table_of({{"a", 5, 15, {0, 1}}, {"b", 8, 15, {2, 3}}, {"c", 9, 15, {4, 5}}}));
  const ShardSighting later = sighted(seen, beaten, 6, kNow + 12s);
  EXPECT_EQ(plan_shards(later, self(), kNow + 14s).table.members.size(), 3U);
  const ShardPlan plan = plan_shards(later, self(), kNow + 15s);
  EXPECT_EQ(plan.table, table_of({{"a", 5, 15, {0, 1}}, {"b", 9, 15, {2, 3, 4}}}));
  EXPECT_TRUE(moves_shards(plan, later, "b"));
}

// A replica with a longer lease is not given up by the measure of a shorter one.
TEST(ShardPlan, AMemberIsDeadByItsOwnLease) {
  const ShardSighting seen =
      seen_since(lease_of(kGroup, table_of({{"a", 4, 60, {0, 1, 2}}, {"b", 7, 5, {3, 4, 5}}})), kNow);
  EXPECT_EQ(plan_shards(seen, self(), kNow + 59s).table.members.size(), 2U);
  EXPECT_EQ(plan_shards(seen, self(), kNow + 60s).table.members.size(), 1U);
  EXPECT_EQ(group_lease_seconds(*seen.table), 60);
}

TEST(ShardPlan, WhoWasTakenForDeadIsLost) {
  const Lease without = lease_of(kGroup, table_of({{"a", 4, 15, {0, 1, 2, 3, 4, 5}}}));
  EXPECT_EQ(plan_shards(seen_since(without, kNow), self(), kNow).step, ShardStep::kLost);
  EXPECT_EQ(plan_shards(seen_since(lease_of("a leader", kThree), kNow), self(), kNow).step, ShardStep::kLost);
  EXPECT_EQ(plan_shards({}, self(), kNow).step, ShardStep::kLost);
}

TEST(ShardPlan, ARemovedLeaseEndsTheGroupAndANewOneWaitsForItsMembers) {
  const ShardSighting gone = sighted(seen_since(lease_of(kGroup, kThree), kNow), std::nullopt, 6, kNow + 1s);
  EXPECT_EQ(plan_shards(gone, self(), kNow + 1s).step, ShardStep::kLost);
  EXPECT_EQ(plan_shards(gone, self(false), kNow + 15s).step, ShardStep::kWait);
  EXPECT_EQ(plan_shards(gone, self(false), kNow + 16s).claim, Claim::kCreate);
}

// Nobody can go on from what somebody wrote into the annotation: the group ends, and a new one begins after its lease.
TEST(ShardPlan, ATableThatCannotBeReadRunsOut) {
  Lease spoilt = lease_of(kGroup, kThree);
  spoilt.metadata.annotations.begin()->second = "mine";
  const ShardSighting seen = seen_since(spoilt, kNow);
  EXPECT_EQ(plan_shards(seen, self(), kNow).step, ShardStep::kLost);
  EXPECT_EQ(plan_shards(seen, self(false), kNow + 14s).step, ShardStep::kWait);
  EXPECT_EQ(plan_shards(seen, self(false), kNow + 15s).claim, Claim::kTake);
}

}  // namespace
}  // namespace rotor::kube
