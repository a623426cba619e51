#include "local/values/values.hpp"

#include <fmt/format.h>

#include "json/yaml.hpp"

namespace rotor::local {
namespace {

using json::YamlNode;

// A string is the value itself; a mapping or list is its JSON document; any other scalar is its text as written.
SecretBytes to_value(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::kScalar) return node.scalar;
  return json::to_json(node);
}

Result<SecretMap> to_map(const YamlNode& node, std::string_view what) {
  if (node.kind != YamlNode::Kind::kMapping) {
    return fail(Code::kInvalid, fmt::format("line {}: {} must be a mapping of keys to values", node.line, what));
  }
  SecretMap map;
  for (const auto& [key, value] : node.members) map.insert_or_assign(key, to_value(value));
  return map;
}

Result<void> read_stores(const YamlNode& node, Values& out) {
  for (const auto& [name, keys] : node.members) {
    TRY(out.stores[name], to_map(keys, "stores." + name));
  }
  return {};
}

bool is_empty_document(const YamlNode& node) {
  return node.kind == YamlNode::Kind::kScalar && !node.quoted && node.scalar.empty();
}

void compare(const SecretMap& before, const SecretMap& after, std::vector<std::string>& out) {
  for (const auto& [key, value] : after) {
    const auto it = before.find(key);
    if (it == before.end() || it->second != value) out.push_back(key);
  }
  for (const auto& [key, value] : before) {
    if (!after.contains(key)) out.push_back(key);
  }
}

const SecretMap& store_or_empty(const Values& values, const std::string& name) {
  static const SecretMap kEmpty;
  const auto it = values.stores.find(name);
  return it == values.stores.end() ? kEmpty : it->second;
}

}  // namespace

const SecretBytes* Values::find(std::string_view store, std::string_view key) const {
  if (const auto own = stores.find(store); own != stores.end()) {
    if (const auto it = own->second.find(key); it != own->second.end()) return &it->second;
  }
  const auto it = shared.find(key);
  return it == shared.end() ? nullptr : &it->second;
}

SecretMap Values::all(std::string_view store) const {
  SecretMap out = shared;
  if (const auto own = stores.find(store); own != stores.end()) {
    for (const auto& [key, value] : own->second) out.insert_or_assign(key, value);
  }
  return out;
}

Result<Values> parse_values(std::string_view text) {
  TRY(const YamlNode root, json::parse_yaml_node(text));
  Values out;
  if (is_empty_document(root)) return out;
  if (root.kind != YamlNode::Kind::kMapping) {
    return fail(Code::kInvalid,
                "line 1: a values file is a mapping of remote keys to values, like `openclaw/api-keys: {…}`");
  }
  for (const auto& [key, value] : root.members) {
    if (key == "stores" && value.kind == YamlNode::Kind::kMapping) {
      TRY_VOID(read_stores(value, out));
    } else {
      out.shared.insert_or_assign(key, to_value(value));
    }
  }
  return out;
}

Result<Values> parse_saved_values(std::string_view text, const Values& before) {
  const bool blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
  if (!blank) return parse_values(text);
  if (before.shared.empty() && before.stores.empty()) return Values{};
  return fail(Code::kInvalid, "it is empty: leave a comment in it to take all values away");
}

Result<SecretMap> parse_data(std::string_view text) {
  TRY(const YamlNode root, json::parse_yaml_node(text));
  if (is_empty_document(root)) return SecretMap();
  return to_map(root, "a data file");
}

std::vector<std::string> changed_keys(const Values& before, const Values& after) {
  std::vector<std::string> out;
  compare(before.shared, after.shared, out);
  for (const auto& [name, keys] : after.stores) compare(store_or_empty(before, name), keys, out);
  for (const auto& [name, keys] : before.stores) {
    if (!after.stores.contains(name)) compare(keys, {}, out);
  }
  return out;
}

}  // namespace rotor::local
