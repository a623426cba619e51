// Strategic merge patch.
// https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
#include <algorithm>

#include <fmt/format.h>

#include "apiserver/patch/patch.hpp"

namespace rotor::apiserver::patch {

namespace {

using schema::Property;
using schema::Schema;

constexpr std::string_view kDirective = "$patch";
constexpr std::string_view kRetainKeys = "$retainKeys";
constexpr std::string_view kDeletePrefix = "$deleteFromPrimitiveList/";
constexpr std::string_view kOrderPrefix = "$setElementOrder/";

// Comparisons of list items that one patch may ask for: lists of some thousand items, some tenths of a second.
constexpr std::size_t kMaxComparisons = 50'000'000;

using Done = Answer<void>;

// As Go prints a decoded document: `map[a:1 b:[x y]]`.
std::string go_text(const json::Value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_null()) return "<nil>";
  std::vector<std::string> parts;
  if (const auto* array = value.if_array()) {
    for (const json::Value& item : *array) parts.push_back(go_text(item));
    return fmt::format("[{}]", fmt::join(parts, " "));
  }
  const auto* object = value.if_object();
  if (object == nullptr) return json::serialize(value);
  for (const auto& [key, item] : *object) parts.push_back(fmt::format("{}:{}", std::string_view(key), go_text(item)));
  std::ranges::sort(parts);
  return fmt::format("map[{}]", fmt::join(parts, " "));
}

std::string_view go_type(const json::Value& value) {
  if (value.is_string()) return "string";
  if (value.is_bool()) return "bool";
  if (value.is_int64()) return "int64";
  if (value.is_number()) return "float64";
  return value.is_array() ? "[]interface {}" : "map[string]interface {}";
}

bool same_sort(const json::Value& a, const json::Value& b) {
  return a.is_object() == b.is_object() && a.is_array() == b.is_array() && !a.is_null() && !b.is_null();
}

// Something new in the object: nulls and directives in it have nothing to work on and fall away.
json::Value without_directives(const json::Value& value) {
  if (const auto* array = value.if_array()) {
    json::Array out;
    for (const json::Value& item : *array) {
      const auto* object = item.if_object();
      if (object == nullptr || !object->contains(kDirective)) out.push_back(without_directives(item));
    }
    return out;
  }
  const auto* object = value.if_object();
  if (object == nullptr) return value;
  json::Object out;
  for (const auto& [key, item] : *object) {
    if (!item.is_null() && !std::string_view(key).starts_with("$")) out[key] = without_directives(item);
  }
  return out;
}

class Merger {
 public:
  // `quiet`: objects of this kind carry secrets, and messages must not show them.
  explicit Merger(bool quiet) : quiet_(quiet) {}

  Done map(json::Object& target, json::Object patch, const Schema* schema) {
    if (const auto* directive = patch.if_contains(kDirective)) {
      if (*directive == "replace") {
        patch.erase(kDirective);
        target = std::move(patch);
        return {};
      }
      if (*directive == "delete") {
        target.clear();
        return {};
      }
      return unknown_directive(patch);
    }
    if (auto done = retain_keys(target, patch); !done) return done;
    if (auto done = ordered_lists(target, patch, schema); !done) return done;
    for (const auto& [key, value] : patch) {
      if (auto done = member(target, key, value, schema); !done) return done;
    }
    return {};
  }

 private:
  // Every item of one list may be compared with every item of the other.
  Done compare(std::size_t a, std::size_t b) {
    compared_ += a * b;
    if (compared_ <= kMaxComparisons) return {};
    return refuse(
        {413, "RequestEntityTooLarge",
         "the lists of this strategic merge patch are too long to be merged in one request: use a merge patch"});
  }

  std::string shown(const json::Value& value) const { return quiet_ ? "map[...]" : go_text(value); }

  static std::unexpected<Failure> failed(std::string message) { return refuse({500, "", std::move(message)}); }
  std::unexpected<Failure> unknown_directive(const json::Object& patch) const {
    return failed(fmt::format("unknown patch type: {} in map: {}", go_text(patch.at(kDirective)), shown(patch)));
  }

  static const Property* find(const Schema* schema, std::string_view name) {
    if (schema == nullptr) return nullptr;
    const auto it = schema->properties.find(name);
    if (it != schema->properties.end()) return &it->second;
    return schema->values ? &*schema->values : nullptr;
  }

  Done retain_keys(json::Object& target, json::Object& patch) {
    const auto* directive = patch.if_contains(kRetainKeys);
    if (directive == nullptr) return {};
    const auto* list = directive->if_array();
    if (list == nullptr) return refuse(bad_request("invalid patch format of retainKeys"));
    const json::Array keys = *list;
    TRY_VOID(compare(keys.size(), target.size() + patch.size()));
    patch.erase(kRetainKeys);
    const auto kept = [&](std::string_view name) { return std::ranges::find(keys, json::Value(name)) != keys.end(); };
    for (const auto& [key, value] : patch) {
      if (!std::string_view(key).starts_with("$") && !value.is_null() && !kept(key))
        return refuse(bad_request("invalid patch format of retainKeys"));
    }
    std::vector<std::string> gone;
    for (const auto& [key, value] : target) {
      if (!kept(key)) gone.emplace_back(key);
    }
    for (const std::string& name : gone) target.erase(name);
    return {};
  }

  Done member(json::Object& target, std::string_view key, const json::Value& value, const Schema* schema) {
    if (key.starts_with(kDeletePrefix)) {
      const std::string_view name = key.substr(kDeletePrefix.size());
      auto* list = target.if_contains(name);
      const auto* victims = value.if_array();
      if (list == nullptr || !list->is_array() || victims == nullptr) return {};
      TRY_VOID(compare(list->get_array().size(), victims->size()));
      remove_all(list->get_array(), *victims);
      return {};
    }
    if (value.is_null()) {
      target.erase(key);
      return {};
    }
    auto* current = target.if_contains(key);
    if (current == nullptr || !same_sort(*current, value)) {
      target[key] = without_directives(value);
      return {};
    }
    const Property* property = find(schema, key);
    const Schema* below = property == nullptr ? nullptr : property->schema;
    if (value.is_object()) return map(current->get_object(), value.get_object(), below);
    if (!value.is_array()) {
      *current = value;
      return {};
    }
    return list(*current, value.get_array(), below);
  }

  static void remove_all(json::Array& list, const json::Array& victims) {
    const auto gone = [&](const json::Value& item) { return std::ranges::find(victims, item) != victims.end(); };
    json::Array rest;
    for (json::Value& item : list) {
      if (!gone(item)) rest.push_back(std::move(item));
    }
    list = std::move(rest);
  }

  Done list(json::Value& current, const json::Array& patch, const Schema* schema) {
    if (schema == nullptr || !schema->merge) {
      current = without_directives(patch);
      return {};
    }
    const json::Array before = current.get_array();
    TRY_VOID(compare(before.size() + patch.size(), before.size() + patch.size()));
    auto merged = merge_lists(before, patch, *schema);
    if (!merged) return std::unexpected(std::move(merged).error());
    current = in_order(*std::move(merged), patch, before, schema->merge_key);
    return {};
  }

  Answer<json::Array> merge_lists(const json::Array& before, const json::Array& patch, const Schema& schema) {
    const auto is_object = [](const json::Value& item) { return item.is_object(); };
    const bool objects = !schema.merge_key.empty();
    if (objects && (!std::ranges::all_of(before, is_object) || !std::ranges::all_of(patch, is_object))) {
      return failed(fmt::format("list element types are not identical: [{} {}]", shown(before), shown(patch)));
    }
    json::Array out = before;
    if (!objects) {
      for (const json::Value& item : patch) {
        if (std::ranges::find(out, item) == out.end()) out.push_back(item);
      }
      return out;
    }
    auto ordinary = directives(out, patch, schema.merge_key);
    if (!ordinary) return std::unexpected(std::move(ordinary).error());
    for (const json::Value& item : *ordinary) {
      const auto* key = item.get_object().if_contains(schema.merge_key);
      if (key == nullptr) return no_key(item, schema.merge_key);
      json::Value* twin = with_key(out, schema.merge_key, *key);
      if (twin == nullptr) {
        out.push_back(without_directives(item));
        continue;
      }
      const Schema* below = schema.items ? schema.items->schema : nullptr;
      if (auto done = map(twin->get_object(), item.get_object(), below); !done)
        return std::unexpected(std::move(done).error());
    }
    return out;
  }

  std::unexpected<Failure> no_key(const json::Value& item, std::string_view key) const {
    return failed(fmt::format("map: {} does not contain declared merge key: {}", shown(item), key));
  }

  static json::Value* with_key(json::Array& list, std::string_view name, const json::Value& key) {
    for (json::Value& item : list) {
      const auto* object = item.if_object();
      const auto* found = object == nullptr ? nullptr : object->if_contains(name);
      if (found != nullptr && *found == key) return &item;
    }
    return nullptr;
  }

  // Acts on the items that carry `$patch` and returns the others.
  Answer<json::Array> directives(json::Array& out, const json::Array& patch, std::string_view key_name) {
    json::Array ordinary;
    bool replace = false;
    for (const json::Value& item : patch) {
      const json::Object& object = item.get_object();
      const auto* directive = object.if_contains(kDirective);
      if (directive == nullptr) {
        ordinary.push_back(item);
      } else if (*directive == "replace") {
        replace = true;
      } else if (*directive == "merge") {
        return failed("merging lists cannot yet be specified in the patch");
      } else if (*directive != "delete") {
        return unknown_directive(object);
      } else {
        const auto* key = object.if_contains(key_name);
        if (key == nullptr) return no_key(item, key_name);
        while (json::Value* twin = with_key(out, key_name, *key)) out.erase(twin);
      }
    }
    if (replace) out.clear();
    return ordinary;
  }

  // `$setElementOrder/x`: the items of the list in the order the client saw, what it did not see between them.
  Done ordered_lists(json::Object& target, json::Object& patch, const Schema* schema) {
    std::vector<std::string> names;
    for (const auto& [key, value] : patch) {
      if (std::string_view(key).starts_with(kOrderPrefix))
        names.emplace_back(std::string_view(key).substr(kOrderPrefix.size()));
    }
    for (const std::string& name : names) {
      const json::Value order = std::exchange(patch[std::string(kOrderPrefix) + name], {});
      patch.erase(std::string(kOrderPrefix) + name);
      if (auto done = ordered_list(target, patch, name, order, find(schema, name)); !done) return done;
    }
    return {};
  }

  Done ordered_list(json::Object& target, json::Object& patch, const std::string& name, const json::Value& order,
                    const Property* property) {
    const auto* wanted = order.if_array();
    if (wanted == nullptr) return failed(fmt::format("expected a []interface {{}}, but received a {}", go_type(order)));
    const Schema* schema = property == nullptr ? nullptr : property->schema;
    const std::string_view key = schema == nullptr ? std::string_view() : std::string_view(schema->merge_key);
    const auto* mine = patch.if_contains(name);
    if (mine != nullptr && mine->is_array()) {
      TRY_VOID(compare(mine->get_array().size(), wanted->size()));
    }
    if (mine != nullptr && mine->is_array() && !agrees(mine->get_array(), *wanted, key)) {
      return failed(fmt::format("The order in patch list:\n{}\n doesn't match $setElementOrder list:\n{}\n",
                                shown(*mine), shown(order)));
    }
    const auto* current = target.if_contains(name);
    const bool has_list = current != nullptr && current->is_array();
    const json::Array before = has_list ? current->get_array() : json::Array{};
    TRY_VOID(compare(wanted->size() + before.size(), wanted->size() + before.size()));
    if (mine != nullptr) {
      const json::Value value = *mine;
      patch.erase(name);
      if (auto done = member(target, name, value, single(name, property)); !done) return done;
    }
    if (const std::string deletion = std::string(kDeletePrefix) + name; patch.contains(deletion)) {
      const json::Value value = patch.at(deletion);
      patch.erase(deletion);
      if (auto done = member(target, deletion, value, nullptr); !done) return done;
    }
    auto* list = target.if_contains(name);
    if (list != nullptr && list->is_array()) *list = in_order(list->get_array(), *wanted, before, key);
    return {};
  }

  // A schema of one member, so that member() finds it.
  const Schema* single(const std::string& name, const Property* property) {
    if (property == nullptr) return nullptr;
    scratch_.properties.clear();
    scratch_.properties[name] = *property;
    return &scratch_;
  }

  static std::optional<std::size_t> index_of(const json::Array& list, const json::Value& item, std::string_view key) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (key.empty() ? list[i] == item : same_key(list[i], item, key)) return i;
    }
    return std::nullopt;
  }
  static bool same_key(const json::Value& a, const json::Value& b, std::string_view key) {
    const auto* x = a.is_object() ? a.get_object().if_contains(key) : nullptr;
    const auto* y = b.is_object() ? b.get_object().if_contains(key) : nullptr;
    return x != nullptr && y != nullptr && *x == *y;
  }

  // Every item of the patch is in the order list, in the same order.
  static bool agrees(const json::Array& patch, const json::Array& order, std::string_view key) {
    std::size_t next = 0;
    for (const json::Value& item : patch) {
      if (item.is_object() && item.get_object().contains(kDirective)) continue;
      const auto i = index_of(order, item, key);
      if (!i || *i < next) return false;
      next = *i + 1;
    }
    return true;
  }

  // Items the client named stand in its order, the others in the order they had; where the two cannot be compared the
  // client's come first.
  static json::Array in_order(json::Array merged, const json::Array& wanted, const json::Array& before,
                              std::string_view key) {
    std::vector<json::Value> named, others;
    for (json::Value& item : merged) (index_of(wanted, item, key) ? named : others).push_back(std::move(item));
    named = sorted(std::move(named), wanted, key);
    others = sorted(std::move(others), before, key);
    json::Array out;
    std::size_t i = 0, j = 0;
    while (i < others.size() || j < named.size()) {
      bool other = j == named.size();
      if (i < others.size() && j < named.size()) {
        const auto a = index_of(before, others[i], key);
        const auto b = index_of(before, named[j], key);
        other = a && b && *a < *b;
      }
      out.push_back(std::move(other ? others[i++] : named[j++]));
    }
    return out;
  }

  // By their places in `order`; those without one at the end, as they were.
  static std::vector<json::Value> sorted(std::vector<json::Value> items, const json::Array& order,
                                         std::string_view key) {
    std::vector<std::pair<std::size_t, std::size_t>> places;
    for (std::size_t i = 0; i < items.size(); ++i)
      places.emplace_back(index_of(order, items[i], key).value_or(order.size()), i);
    std::ranges::sort(places);
    std::vector<json::Value> out;
    for (const auto& [place, i] : places) out.push_back(std::move(items[i]));
    return out;
  }

  bool quiet_;
  std::size_t compared_ = 0;
  Schema scratch_;
};

}  // namespace

Answer<json::Object> strategic_merge_patch(json::Object target, const json::Object& patch,
                                           const schema::KindSchema& schema) {
  Merger merger(schema.kind == "Secret");
  if (auto done = merger.map(target, patch, &schema.root()); !done) return std::unexpected(std::move(done).error());
  return target;
}

}  // namespace rotor::apiserver::patch
