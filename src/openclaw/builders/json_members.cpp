#include "openclaw/builders/json_members.hpp"

#include "json/reader.hpp"
#include "json/writer.hpp"

namespace rotor::openclaw {

std::optional<JsonMembers> JsonMembers::of(std::string_view text) {
  json::Reader reader(text);
  if (reader.peek() != json::Kind::kObject) return std::nullopt;
  JsonMembers out;
  std::string name;
  reader.begin_object();
  while (reader.next_member(name)) out.set(name, std::string(reader.read_raw()));
  if (!reader.finish()) return std::nullopt;
  return out;
}

const std::string* JsonMembers::find(std::string_view name) const {
  const auto found = members_.find(name);
  return found == members_.end() ? nullptr : &found->second;
}

bool JsonMembers::says(std::string_view name, std::string_view word) const {
  const std::string* text = find(name);
  if (text == nullptr) return false;
  json::Reader reader(*text);
  return reader.peek() == json::Kind::kString && reader.read_string() == word;
}

std::string JsonMembers::text() const {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  for (const auto& [name, text] : members_) {
    writer.key(name);
    writer.raw(text);
  }
  writer.end_object();
  return out;
}

std::optional<std::vector<std::string>> json_items(std::string_view text) {
  json::Reader reader(text);
  if (reader.peek() != json::Kind::kArray) return std::nullopt;
  std::vector<std::string> out;
  reader.begin_array();
  while (reader.next_element()) out.emplace_back(reader.read_raw());
  if (!reader.finish()) return std::nullopt;
  return out;
}

}  // namespace rotor::openclaw
