#include "openclaw/apply_diff.hpp"

#include <array>

namespace rotor::openclaw {
namespace {

using json::Array;
using json::Object;
using json::Value;
using kube::FieldSet;
using kube::PathElement;

bool is_empty(const Value& v) {
  switch (v.kind()) {
    case boost::json::kind::null:
      return true;
    case boost::json::kind::bool_:
      return !v.get_bool();
    case boost::json::kind::string:
      return v.get_string().empty();
    case boost::json::kind::array:
      return v.get_array().empty();
    case boost::json::kind::object:
      return v.get_object().empty();
    default:
      return v.is_int64() && v.get_int64() == 0;
  }
}

// By which member the API server matches the items of a list: names almost everywhere, else one of these.
constexpr std::array<std::string_view, 5> kListKeys = {"mountPath", "name", "containerPort", "port", "uid"};

std::string_view list_key(const Array& items) {
  for (const std::string_view key : kListKeys) {
    bool all = !items.empty();
    for (const Value& item : items) all = all && item.is_object() && item.get_object().contains(key);
    if (all) return key;
  }
  return {};
}

bool same_item(const Object& a, const Object& b, std::string_view key) {
  const Value* other = b.if_contains(key);
  if (other == nullptr || *other != a.at(key)) return false;
  const Value* protocol = a.if_contains("protocol");
  const Value* other_protocol = b.if_contains("protocol");
  return protocol == nullptr || other_protocol == nullptr || *protocol == *other_protocol;
}

// The items of `desired` stand in `live` in the same order; others may stand between them.
bool contains_keyed(const Array& live, const Array& desired, std::string_view key) {
  auto at = live.begin();
  for (const Value& wanted : desired) {
    while (at != live.end() && !(at->is_object() && same_item(wanted.get_object(), at->get_object(), key))) ++at;
    if (at == live.end() || !contains(*at, wanted)) return false;
    ++at;
  }
  return true;
}

bool contains_list(const Array& live, const Array& desired) {
  if (const std::string_view key = list_key(desired); !key.empty()) return contains_keyed(live, desired, key);
  if (live.size() != desired.size()) return false;
  for (std::size_t i = 0; i < live.size(); ++i) {
    if (!contains(live[i], desired[i])) return false;
  }
  return true;
}

bool contains_object(const Object& live, const Object& desired) {
  for (const auto& [name, wanted] : desired) {
    const Value* present = live.if_contains(name);
    if (present == nullptr ? !is_empty(wanted) : !contains(*present, wanted)) return false;
  }
  return true;
}

// The item of `list` that a key or value element of a field set means; null when it is not there.
const Value* find_item(const Array& list, const PathElement& element) {
  if (element.kind() == PathElement::Kind::kIndex) {
    const auto i = static_cast<std::size_t>(element.json_value().as_int64());
    return i < list.size() ? &list[i] : nullptr;
  }
  for (const Value& item : list) {
    if (element.kind() == PathElement::Kind::kValue) {
      if (item == element.json_value()) return &item;
      continue;
    }
    if (!item.is_object()) continue;
    bool all = true;
    for (const auto& [name, value] : element.json_value().as_object()) {
      const Value* present = item.get_object().if_contains(name);
      all = all && (present == nullptr || *present == value);  // a key that is left out is defaulted
    }
    if (all) return &item;
  }
  return nullptr;
}

const Value* step(const Value& from, const PathElement& element) {
  if (element.kind() == PathElement::Kind::kField) {
    return from.is_object() ? from.get_object().if_contains(element.name()) : nullptr;
  }
  return from.is_array() ? find_item(from.get_array(), element) : nullptr;
}

// We own what we applied, empty values included: they may be gone from the object without being a difference.
bool owns_more_below(const FieldSet::Child& child, const Value& desired) {
  const Value* wanted = step(desired, child.element);
  return wanted == nullptr || owns_more(child.below, *wanted);
}

}  // namespace

bool contains(const Value& live, const Value& desired) {
  if (desired.is_object()) return live.is_object() && contains_object(live.get_object(), desired.get_object());
  if (desired.is_array()) return live.is_array() && contains_list(live.get_array(), desired.get_array());
  return live == desired;
}

bool owns_more(const FieldSet& owned, const Value& desired) {
  for (const FieldSet::Child& child : owned.children()) {
    if (owns_more_below(child, desired)) return true;
  }
  return false;
}

FieldSet applied_fields(const Value& live, std::string_view manager) {
  const Value* entries = json::find(live, "metadata.managedFields");
  if (entries == nullptr || !entries->is_array()) return {};
  for (const Value& entry : entries->get_array()) {
    if (json::find_string(entry, "manager") != manager || json::find_string(entry, "operation") != "Apply") continue;
    if (!json::find_string(entry, "subresource").empty()) continue;
    const Value* fields = json::find(entry, "fieldsV1");
    if (fields == nullptr) return {};
    return FieldSet::from_json(*fields).value_or(FieldSet{});
  }
  return {};
}

bool apply_changes(const Value& live, const Value& desired, std::string_view manager) {
  const FieldSet owned = applied_fields(live, manager);
  return owned.empty() || !contains(live, desired) || owns_more(owned, desired);
}

bool apply_changes_part(const Value& live, const Value& desired, std::string_view manager,
                        std::initializer_list<std::string_view> path) {
  const FieldSet all = applied_fields(live, manager);
  const FieldSet* owned = &all;
  const Value* have = &live;
  const Value* want = &desired;
  for (const std::string_view name : path) {
    if (owned != nullptr) owned = owned->below(PathElement::field(name));
    have = have != nullptr ? step(*have, PathElement::field(name)) : nullptr;
    want = want != nullptr ? step(*want, PathElement::field(name)) : nullptr;
  }
  if (want == nullptr) return false;
  return owned == nullptr || have == nullptr || !contains(*have, *want) || owns_more(*owned, *want);
}

}  // namespace rotor::openclaw
