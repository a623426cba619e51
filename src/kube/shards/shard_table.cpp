#include "kube/shards/shard_table.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

#include "json/document.hpp"

namespace rotor::kube {
namespace {

// FNV-1a, and the last mixing step of splitmix64, without which names that differ in their last digit lie together.
std::uint64_t stable_hash(std::string_view ns, std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  const auto eat = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  };
  eat(ns);
  eat("/");
  eat(name);
  hash = (hash ^ (hash >> 30U)) * 0xBF58476D1CE4E5B9U;
  hash = (hash ^ (hash >> 27U)) * 0x94D049BB133111EBU;
  return hash ^ (hash >> 31U);
}

int size_of(const ShardMember& member) { return static_cast<int>(member.shards.size()); }

// "0-19,40"
std::string ranges(const std::set<int>& shards) {
  std::string out;
  for (auto it = shards.begin(); it != shards.end();) {
    const int first = *it;
    int last = first;
    while (++it != shards.end() && *it == last + 1) ++last;
    out += fmt::format("{}{}", out.empty() ? "" : ",", first);
    if (last > first) out += fmt::format("-{}", last);
  }
  return out;
}

bool take_number(std::string_view& text, int& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

// Takes the shards out of `left`: what is not there, or not any more, has no place in a table.
Result<std::set<int>> read_ranges(std::string_view text, std::set<int>& left) {
  std::set<int> out;
  while (!text.empty()) {
    int first = 0;
    bool good = take_number(text, first);
    int last = first;
    if (good && text.starts_with('-')) {
      text.remove_prefix(1);
      good = take_number(text, last);
    }
    if (good && text.starts_with(',')) text.remove_prefix(1);
    if (!good || last - first > kMostShards) return fail(Code::kInvalid, "shards: write them like 0-19,40");
    for (int shard = first; shard <= last; ++shard) {
      if (left.erase(shard) == 0) return fail(Code::kInvalid, fmt::format("shard {} is not there to be owned", shard));
      out.insert(shard);
    }
  }
  return out;
}

std::set<int> all_shards(int count) {
  std::set<int> all;
  for (int shard = 0; shard < count; ++shard) all.insert(all.end(), shard);
  return all;
}

std::int64_t integer(const json::Object& object, std::string_view name) {
  const json::Value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

Result<ShardMember> read_member(const json::Value& value, std::set<int>& left) {
  if (!value.is_object()) return fail(Code::kInvalid, "a member is no object");
  const json::Object& object = value.get_object();
  ShardMember member{.identity = std::string(json::find_string(object, "identity")),
                     .beat = integer(object, "beat"),
                     .lease_seconds = integer(object, "lease")};
  if (member.identity.empty()) return fail(Code::kInvalid, "a member without an identity");
  TRY(member.shards, read_ranges(json::find_string(object, "shards"), left));
  return member;
}

}  // namespace

int shard_of(const Key& key, int count) {
  return static_cast<int>(stable_hash(key.ns, key.name) % static_cast<std::uint64_t>(count));
}

const ShardMember* ShardTable::find(std::string_view identity) const {
  const auto found = std::ranges::find(members, identity, &ShardMember::identity);
  return found == members.end() ? nullptr : &*found;
}

ShardMember& ShardTable::add(ShardMember member) {
  const auto place = std::ranges::lower_bound(members, member.identity, {}, &ShardMember::identity);
  return *members.insert(place, std::move(member));
}

std::set<int> ShardTable::free() const {
  std::set<int> out = all_shards(count);
  for (const ShardMember& member : members) {
    for (const int shard : member.shards) out.erase(shard);
  }
  return out;
}

std::string write_table(const ShardTable& table) {
  json::Array members;
  for (const ShardMember& member : table.members) {
    members.push_back(json::Object{{"identity", member.identity},
                                   {"beat", member.beat},
                                   {"lease", member.lease_seconds},
                                   {"shards", ranges(member.shards)}});
  }
  return json::serialize(json::Object{{"count", table.count}, {"members", std::move(members)}});
}

Result<ShardTable> read_table(std::string_view text, int count) {
  TRY(const json::Value document, json::parse(text));
  const json::Value* members = json::find(document, "members");
  const bool same = document.is_object() && integer(document.get_object(), "count") == count;
  if (!same || members == nullptr || !members->is_array()) {
    return fail(Code::kInvalid, fmt::format("no table of {} shards", count));
  }
  ShardTable table{.count = count};
  std::set<int> left = all_shards(count);
  for (const json::Value& value : members->get_array()) {
    TRY(ShardMember member, read_member(value, left));
    if (table.find(member.identity) != nullptr) return fail(Code::kInvalid, "a member that is there twice");
    table.add(std::move(member));
  }
  return table;
}

// Everybody has `least` or one more. First those above that give up what is over it; then as many as are needed for
// those below `least` give up their one more.
ShardShare share_of(const ShardTable& table, std::string_view identity) {
  const ShardMember* self = table.find(identity);
  if (self == nullptr) return {};
  const int members = static_cast<int>(table.members.size());
  const int least = table.count / members;
  const int most = (table.count + members - 1) / members;
  int missing = 0;  // up to `least`
  int available = static_cast<int>(table.free().size());
  int turn_to_give = 0;  // of those that have one more than `least`, how many stand before this one
  int turn_to_take = 0;  // of those that have or will have `least`, likewise
  for (const ShardMember& member : table.members) {
    const int has = size_of(member);
    missing += std::max(0, least - has);
    available += std::max(0, has - most);
    if (member.identity >= self->identity) continue;
    if (has >= most && most > least) ++turn_to_give;
    if (has <= least) ++turn_to_take;
  }
  const int has = size_of(*self);
  ShardShare share{.surplus = std::max(0, has - most), .wanting = std::max(0, least - has)};
  if (has >= most && most > least && turn_to_give < missing - available) ++share.surplus;
  if (has <= least && most > least && turn_to_take < available - missing) ++share.wanting;
  return share;
}

std::set<int> choose_surplus(const std::set<int>& owned, int how_many, const std::set<int>& chosen,
                             const std::map<int, int>& busy) {
  std::vector<std::tuple<bool, int, int>> order;
  for (const int shard : owned) {
    const auto passes = busy.find(shard);
    order.emplace_back(!chosen.contains(shard), passes == busy.end() ? 0 : passes->second, -shard);
  }
  std::ranges::sort(order);
  std::set<int> out;
  for (int i = 0; i < how_many && i < static_cast<int>(order.size()); ++i) {
    out.insert(-std::get<2>(order[static_cast<std::size_t>(i)]));
  }
  return out;
}

}  // namespace rotor::kube
