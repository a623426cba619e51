#include "providers/azure/jwk.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "json/writer.hpp"

namespace rotor::providers::azure {
namespace {

constexpr std::array<std::string_view, 16> kOrder = {"kid", "kty", "key_ops", "n", "e",       "d",   "dp", "dq",
                                                     "qi",  "p",   "q",       "k", "key_hsm", "crv", "x",  "y"};

struct Member {
  std::string name;
  SecretBytes json;
};

// What we do not know comes after what we know, as it came.
std::size_t place(const Member& member) {
  return static_cast<std::size_t>(std::ranges::find(kOrder, member.name) - kOrder.begin());
}

}  // namespace

constexpr std::size_t kMostMembers = 64;  // a key has a dozen

std::optional<Jwk> read_jwk(json::Reader& reader) {
  if (reader.peek() != json::Kind::kObject) {
    reader.read_raw();
    return std::nullopt;
  }
  Jwk jwk;
  bool typed = false;
  std::vector<Member> members;
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    const std::string_view raw = reader.read_raw();
    auto compact = json::compact_sorted_secret(raw, json::Escape::kHtml);
    if (!compact || raw == "null") continue;
    if (key == "kid" && raw.starts_with('"')) jwk.id = json::Reader(raw).read_string();
    typed = typed || key == "kty";
    std::erase_if(members, [&](const Member& earlier) { return earlier.name == key; });
    if (members.size() >= kMostMembers) return std::nullopt;
    members.push_back({key, *std::move(compact)});
  }
  if (!typed) return std::nullopt;
  std::ranges::stable_sort(members, {}, place);
  json::Writer writer(jwk.json, json::Escape::kHtml);
  writer.begin_object();
  for (const Member& member : members) {
    writer.key(member.name);
    writer.raw(member.json.reveal());
  }
  writer.end_object();
  return jwk;
}

}  // namespace rotor::providers::azure
