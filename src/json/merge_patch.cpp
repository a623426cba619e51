#include "json/merge_patch.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "json/reader.hpp"
#include "json/writer.hpp"

namespace rotor::json {
namespace {

using Members = std::vector<std::pair<std::string, std::string_view>>;

Members members_of(std::string_view object) {
  Members members;
  Reader reader(object);
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) members.emplace_back(key, reader.read_raw());
  return members;
}

const std::string_view* find(const Members& members, std::string_view name) {
  const auto it =
      std::ranges::find(members, name, [](const auto& member) -> const std::string& { return member.first; });
  return it == members.end() ? nullptr : &it->second;
}

}  // namespace

std::string merge_patch(std::string_view before, std::string_view after) {
  const Members old = members_of(before);
  const Members now = members_of(after);
  std::string out;
  Writer writer(out);
  writer.begin_object();
  for (const auto& [name, value] : now) {
    const std::string_view* was = find(old, name);
    if (was != nullptr && *was == value) continue;
    writer.key(name);
    const bool both_objects = was != nullptr && was->starts_with('{') && value.starts_with('{');
    both_objects ? writer.raw(merge_patch(*was, value)) : writer.raw(value);
  }
  for (const auto& [name, value] : old) {
    if (find(now, name) != nullptr) continue;
    writer.key(name);
    writer.null();
  }
  writer.end_object();
  return out;
}

}  // namespace rotor::json
