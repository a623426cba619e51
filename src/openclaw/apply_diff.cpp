#include "openclaw/apply_diff.hpp"

#include <algorithm>
#include <vector>

#include "json/list_keys.hpp"

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

// What the description says of one place: its type and, for a list, the keys of its items.
struct Described {
  const json::Type* type = nullptr;  // null: nothing is known below a value that is carried as written
  std::vector<std::string_view> keys{};

  Described field(std::string_view name) const {
    if (type == nullptr) return {};
    if (type->shape == json::Shape::kMap) return {&json::unwrapped(type->element())};
    const json::Field* field = type->shape == json::Shape::kStruct ? json::find_field(*type, name) : nullptr;
    return field == nullptr ? Described{} : Described{&json::unwrapped(field->type()), json::list_keys(field->rules)};
  }
  Described item() const {
    return type != nullptr && type->shape == json::Shape::kList ? Described{&json::unwrapped(type->element())}
                                                                : Described{};
  }
};

bool contains_at(const Described& what, const Value& live, const Value& desired, const Owned& owned);

// By the keys of their list; one that is left out on either side is defaulted. They share one at least.
bool same_item(const Object& a, const Object& b, const std::vector<std::string_view>& keys) {
  bool shared = false;
  for (const std::string_view key : keys) {
    const Value* mine = a.if_contains(key);
    const Value* other = b.if_contains(key);
    if (mine == nullptr || other == nullptr) continue;
    if (*mine != *other) return false;
    shared = true;
  }
  return shared;
}

// The items of `desired` stand in `live` in the same order; others may stand between them.
bool contains_keyed(const Described& list, const Array& live, const Array& desired, const Owned& owned) {
  auto at = live.begin();
  for (const Value& wanted : desired) {
    if (!wanted.is_object()) return false;
    const Object& item = wanted.get_object();
    while (at != live.end() && !(at->is_object() && same_item(item, at->get_object(), list.keys))) ++at;
    if (at == live.end() || !contains_at(list.item(), *at, wanted, owned.item(item))) return false;
    ++at;
  }
  return true;
}

bool contains_list(const Described& list, const Array& live, const Array& desired, const Owned& owned) {
  if (!list.keys.empty() && !desired.empty()) return contains_keyed(list, live, desired, owned);
  if (live.size() != desired.size()) return false;
  for (std::size_t i = 0; i < live.size(); ++i) {
    const Owned at = desired[i].is_object() ? owned.item(desired[i].get_object()) : owned;
    if (!contains_at(list.item(), live[i], desired[i], at)) return false;
  }
  return true;
}

bool contains_member(const Described& what, const Object& live, std::string_view name, const Value& wanted,
                     const Owned& owned) {
  if (wanted.is_null()) return true;
  const Owned at = owned.field(name);
  const Value* present = live.if_contains(name);
  return present != nullptr ? contains_at(what.field(name), *present, wanted, at) : is_empty(wanted) && at.itself();
}

bool contains_object(const Described& what, const Object& live, const Object& desired, const Owned& owned) {
  return std::ranges::all_of(
      desired, [&](const auto& member) { return contains_member(what, live, member.key(), member.value(), owned); });
}

// An object of this resource has them, be they written there or not: of what a list shows the list alone says them.
bool is_type_name(std::string_view member) { return member == "apiVersion" || member == "kind"; }

bool contains_document(const json::Type& type, const Value& live, const Value& desired, const FieldSet& owned) {
  if (!live.is_object() || !desired.is_object()) return false;
  return std::ranges::all_of(desired.get_object(), [&](const auto& member) {
    return is_type_name(member.key()) ||
           contains_member({&json::unwrapped(type)}, live.get_object(), member.key(), member.value(), Owned(owned));
  });
}

bool contains_at(const Described& what, const Value& live, const Value& desired, const Owned& owned) {
  if (desired.is_object()) {
    return live.is_object() && contains_object(what, live.get_object(), desired.get_object(), owned);
  }
  if (desired.is_array()) return live.is_array() && contains_list(what, live.get_array(), desired.get_array(), owned);
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

bool contains(const json::Type& type, const Value& live, const Value& desired, const FieldSet& owned) {
  return contains_at({&json::unwrapped(type)}, live, desired, Owned(owned));
}

bool owns_more(const FieldSet& owned, const Value& desired) {
  for (const FieldSet::Child& child : owned.children()) {
    if (owns_more_below(child, desired)) return true;
  }
  return false;
}

FieldSet owned_fields(const Value& live, std::string_view manager) {
  const Value* entries = json::find(live, "metadata.managedFields");
  if (entries == nullptr || !entries->is_array()) return {};
  FieldSet owned;
  for (const Value& entry : entries->get_array()) {
    if (json::find_string(entry, "manager") != manager || !json::find_string(entry, "subresource").empty()) continue;
    const Value* fields = json::find(entry, "fieldsV1");
    if (fields == nullptr) continue;
    const auto read = FieldSet::from_json(*fields);
    if (read) owned = owned.empty() ? *read : owned.united(*read);
  }
  return owned;
}

bool apply_changes(const json::Type& type, const Value& live, const Value& desired, const FieldSet& owned) {
  return owned.empty() || !contains_document(type, live, desired, owned) || owns_more(owned, desired);
}

bool apply_changes_part(const json::Type& type, const Value& live, const Value& desired, const FieldSet& all,
                        std::initializer_list<std::string_view> path) {
  const FieldSet* owned = &all;
  Described what{&json::unwrapped(type)};
  const Value* have = &live;
  const Value* want = &desired;
  for (const std::string_view name : path) {
    what = what.field(name);
    if (owned != nullptr) owned = owned->below(PathElement::field(name));
    have = have != nullptr ? step(*have, PathElement::field(name)) : nullptr;
    want = want != nullptr ? step(*want, PathElement::field(name)) : nullptr;
  }
  if (want == nullptr) return false;
  return owned == nullptr || have == nullptr || !contains_at(what, *have, *want, Owned(*owned)) ||
         owns_more(*owned, *want);
}

}  // namespace rotor::openclaw
