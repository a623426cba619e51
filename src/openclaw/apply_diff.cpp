#include "openclaw/apply_diff.hpp"

#include <algorithm>
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

bool matches_key(const Object& item, const Object& key) {
  return std::ranges::all_of(key, [&item](const auto& member) {
    const Value* present = item.if_contains(member.key());
    return present == nullptr || *present == member.value();  // a key that is left out is defaulted
  });
}

// What we own at one place of an object.
class Owned {
 public:
  explicit Owned(const FieldSet& set) : set_(&set) {}

  // This very place, and not only something below it.
  bool itself() const { return member_; }

  Owned field(std::string_view name) const {
    return below([name](const PathElement& e) { return e.kind() == PathElement::Kind::kField && e.name() == name; });
  }
  Owned item(const Object& item) const {
    return below([&item](const PathElement& e) {
      return e.kind() == PathElement::Kind::kKey && matches_key(item, e.json_value().as_object());
    });
  }

 private:
  Owned(const FieldSet* set, bool member) : set_(set), member_(member) {}

  template <class Is>
  Owned below(Is is) const {
    if (set_ == nullptr) return *this;
    const auto child = std::ranges::find_if(set_->children(), is, &FieldSet::Child::element);
    if (child == set_->children().end()) return {nullptr, false};
    // Owned with nothing named below it: all of it is ours, an atomic list for example.
    const bool whole = child->member && child->below.empty();
    return {whole ? nullptr : &child->below, child->member};
  }

  const FieldSet* set_;  // null: everything below is owned as this place is
  bool member_ = false;
};

bool contains_at(const Value& live, const Value& desired, const Owned& owned);

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
bool contains_keyed(const Array& live, const Array& desired, std::string_view key, const Owned& owned) {
  auto at = live.begin();
  for (const Value& wanted : desired) {
    const Object& item = wanted.get_object();
    while (at != live.end() && !(at->is_object() && same_item(item, at->get_object(), key))) ++at;
    if (at == live.end() || !contains_at(*at, wanted, owned.item(item))) return false;
    ++at;
  }
  return true;
}

bool contains_list(const Array& live, const Array& desired, const Owned& owned) {
  if (const std::string_view key = list_key(desired); !key.empty()) return contains_keyed(live, desired, key, owned);
  if (live.size() != desired.size()) return false;
  for (std::size_t i = 0; i < live.size(); ++i) {
    const Owned at = desired[i].is_object() ? owned.item(desired[i].get_object()) : owned;
    if (!contains_at(live[i], desired[i], at)) return false;
  }
  return true;
}

bool contains_object(const Object& live, const Object& desired, const Owned& owned) {
  for (const auto& [name, wanted] : desired) {
    if (wanted.is_null()) continue;
    const Owned at = owned.field(name);
    const Value* present = live.if_contains(name);
    const bool there = present != nullptr ? contains_at(*present, wanted, at) : is_empty(wanted) && at.itself();
    if (!there) return false;
  }
  return true;
}

bool contains_at(const Value& live, const Value& desired, const Owned& owned) {
  if (desired.is_object()) return live.is_object() && contains_object(live.get_object(), desired.get_object(), owned);
  if (desired.is_array()) return live.is_array() && contains_list(live.get_array(), desired.get_array(), owned);
  return live == desired;
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
    if (item.is_object() && matches_key(item.get_object(), element.json_value().as_object())) return &item;
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

bool contains(const Value& live, const Value& desired, const FieldSet& owned) {
  return contains_at(live, desired, Owned(owned));
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
  return owned.empty() || !contains(live, desired, owned) || owns_more(owned, desired);
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
  return owned == nullptr || have == nullptr || !contains(*have, *want, *owned) || owns_more(*owned, *want);
}

}  // namespace rotor::openclaw
