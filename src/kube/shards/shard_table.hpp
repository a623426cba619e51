// Who owns which part of the objects. Objects are spread over a fixed number of shards by a hash of their names, and
// shards over replicas by a table that changes as little as it can: a replica that comes takes its share from those
// that have more than theirs, what a replica leaves behind is shared out, and nothing else moves. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "kube/object/object.hpp"

namespace rotor::kube {

inline constexpr int kMostShards = 1000;

// The same in every version and on every machine: replicas of two versions agree on it.
int shard_of(const Key& key, int count);

struct ShardMember {
  std::string identity{};
  std::int64_t beat = 0;           // each of its writes counts it up: it is alive
  std::int64_t lease_seconds = 0;  // others take its shards when it did not for so long
  std::set<int> shards{};
  friend bool operator==(const ShardMember&, const ShardMember&) = default;
};

struct ShardTable {
  int count = 0;
  std::vector<ShardMember> members{};  // by identity

  const ShardMember* find(std::string_view identity) const;
  ShardMember& add(ShardMember member);
  std::set<int> free() const;
  friend bool operator==(const ShardTable&, const ShardTable&) = default;
};

// As people can read it: {"count":60,"members":[{"identity":"a","beat":7,"lease":15,"shards":"0-19,40"}]}.
std::string write_table(const ShardTable& table);
// kInvalid when it is not what write_table() wrote for so many shards: a shard that two members have is not, either.
Result<ShardTable> read_table(std::string_view text, int count);

// How many shards a member has too many (first), and how many of the free ones are its to take. All members tell the
// same from the same table; shares differ by one at most.
struct ShardShare {
  int surplus = 0;
  int wanting = 0;
};
ShardShare share_of(const ShardTable& table, std::string_view identity);

// Which ones to give up: those that were chosen before, then those with the fewest passes under way.
std::set<int> choose_surplus(const std::set<int>& owned, int how_many, const std::set<int>& chosen,
                             const std::map<int, int>& busy);

}  // namespace rotor::kube
