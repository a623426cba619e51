#include "kube/shards/shard_plan.hpp"

#include <algorithm>
#include <utility>

namespace rotor::kube {
namespace {

using std::chrono::seconds;

SteadyTime dies(const ShardMember& member, const ShardSighting& seen) {
  return seen.members.at(member.identity).since + seconds(member.lease_seconds);
}

ShardPlan found_group(const ShardSelf& self, Claim claim) {
  ShardPlan plan{.step = ShardStep::kWrite, .claim = claim, .table = {.count = self.count}};
  plan.table.add({self.identity, 1, self.lease_seconds, plan.table.free()});
  return plan;
}

Claim claim_of(const ShardSighting& seen, const ShardSelf& self, SteadyTime now) {
  // Of a group that lost its Lease every member may be at work for a moment yet.
  if (!seen.lease.lease) return now >= free_from(seen.lease) ? Claim::kCreate : Claim::kWait;
  const Claim claim = decide_claim(seen.lease, self.group, now);
  if (claim != Claim::kRenew || seen.table) return claim;
  // Nobody can renew a table that nobody can read: it runs out like another's.
  return now >= free_from(seen.lease) ? Claim::kTake : Claim::kWait;
}

void give_up_idle(ShardMember& member, const std::set<int>& surplus, const std::map<int, int>& busy) {
  for (const int shard : surplus) {
    if (!busy.contains(shard)) member.shards.erase(shard);
  }
}

}  // namespace

ShardSighting sighted(const ShardSighting& before, std::optional<Lease> there, int count, SteadyTime now) {
  ShardSighting seen{.lease = sighted(before.lease, std::move(there), now)};
  if (!seen.lease.lease) return seen;
  const auto text = seen.lease.lease->metadata.annotations.find(kShardTable);
  if (text == seen.lease.lease->metadata.annotations.end()) return seen;
  auto table = read_table(text->second, count);
  if (!table) return seen;
  seen.table = *std::move(table);
  for (const ShardMember& member : seen.table->members) {
    const auto known = before.members.find(member.identity);
    const bool silent = known != before.members.end() && known->second.beat == member.beat;
    seen.members[member.identity] = {member.beat, silent ? known->second.since : now};
  }
  return seen;
}

ShardPlan plan_shards(const ShardSighting& seen, const ShardSelf& self, SteadyTime now) {
  const Claim claim = claim_of(seen, self, now);
  if (claim != Claim::kRenew) {
    if (self.member) return {.step = ShardStep::kLost};
    return claim == Claim::kWait ? ShardPlan{} : found_group(self, claim);
  }
  ShardPlan plan{.step = ShardStep::kWrite, .claim = claim, .table = *seen.table};
  std::erase_if(plan.table.members, [&](const ShardMember& member) {
    return member.identity != self.identity && now >= dies(member, seen);
  });
  if (plan.table.find(self.identity) == nullptr) {
    if (self.member) return {.step = ShardStep::kLost};
    plan.table.add({self.identity});
  }
  const ShardShare share = share_of(plan.table, self.identity);
  ShardMember& me = *std::ranges::find(plan.table.members, self.identity, &ShardMember::identity);
  ++me.beat;
  me.lease_seconds = self.lease_seconds;
  plan.surplus = choose_surplus(me.shards, share.surplus, self.held_back, self.busy);
  const std::set<int> free = plan.table.free();
  give_up_idle(me, plan.surplus, self.busy);
  int wanting = share.wanting;
  for (auto it = free.begin(); it != free.end() && wanting > 0; ++it, --wanting) me.shards.insert(*it);
  return plan;
}

bool moves_shards(const ShardPlan& plan, const ShardSighting& seen, std::string_view identity) {
  if (plan.step != ShardStep::kWrite) return plan.step == ShardStep::kLost;
  if (!seen.table || seen.table->members.size() != plan.table.members.size()) return true;
  const ShardMember* before = seen.table->find(identity);
  const ShardMember* after = plan.table.find(identity);
  return before == nullptr || before->shards != after->shards;
}

std::optional<SteadyTime> next_death(const ShardSighting& seen, std::string_view identity) {
  std::optional<SteadyTime> first;
  if (!seen.table) return first;
  for (const ShardMember& member : seen.table->members) {
    if (member.identity != identity) first = std::min(first.value_or(SteadyTime::max()), dies(member, seen));
  }
  return first;
}

std::int64_t group_lease_seconds(const ShardTable& table) {
  std::int64_t longest = 1;
  for (const ShardMember& member : table.members) longest = std::max(longest, member.lease_seconds);
  return longest;
}

}  // namespace rotor::kube
