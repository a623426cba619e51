// What a replica does about its shards. Pure. All of it is in one Lease, changed by compare-and-swap: its spec says
// that the group of replicas lives, an annotation has the table of who owns what, with a beat for each member. As for a
// leader's Lease only one's own steady clock counts, from when a beat was first seen.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "kube/leader/decide.hpp"
#include "kube/shards/shard_table.hpp"

namespace rotor::kube {

inline constexpr std::string_view kShardTable = "rotor/shards";  // the annotation

struct ShardSighting {
  struct Beat {
    std::int64_t beat = 0;
    SteadyTime since{};
  };
  LeaseSighting lease{};
  std::optional<ShardTable> table{};  // none: there is none of so many shards, or it cannot be read
  std::map<std::string, Beat> members{};
};
ShardSighting sighted(const ShardSighting& before, std::optional<Lease> there, int count, SteadyTime now);

// The replica itself. What it owns changes only with a granted write of its own: a write that was given up on cannot
// be granted later than that.
struct ShardSelf {
  std::string identity{};
  std::string group{};  // the holder of the Lease: replicas that do the same work
  int count = 0;
  std::int64_t lease_seconds = 0;
  bool member = false;        // a write of its own was granted
  std::set<int> held_back{};  // of its shards those in which no pass begins
  std::map<int, int> busy{};  // passes under way, by shard
};

enum class ShardStep : std::uint8_t {
  kWait,   // somebody else has the Lease
  kWrite,  // `table`, if nobody was faster
  kLost,   // others took it for dead, or the group is no more
};
struct ShardPlan {
  ShardStep step = ShardStep::kWait;
  Claim claim = Claim::kWait;
  ShardTable table{};
  std::set<int> surplus{};  // to be held back from now on; what of it has no pass under way is given up in `table`
};
ShardPlan plan_shards(const ShardSighting& seen, const ShardSelf& self, SteadyTime now);

// Is there more to write than the beat?
bool moves_shards(const ShardPlan& plan, const ShardSighting& seen, std::string_view identity);

// When the first of the others will count as dead, if it stays silent.
std::optional<SteadyTime> next_death(const ShardSighting& seen, std::string_view identity);

// What the Lease's spec says for how long the group lives: no member's writes outlast it.
std::int64_t group_lease_seconds(const ShardTable& table);

}  // namespace rotor::kube
