#include "apiserver/patch/typed.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "apiserver/schema/validate.hpp"

namespace rotor::apiserver::patch::typed {

namespace {

using kube::Path;
using kube::PathElement;
using schema::Kind;
using schema::ListType;

const Schema& deduced() {
  static const Schema any = [] {
    Schema out;
    out.preserve_unknown = true;
    return out;
  }();
  return any;
}

const Schema& items_of(const Schema& list) { return list.items ? *list.items->schema : deduced(); }

std::size_t size_of(const json::Value* value) {
  if (value == nullptr) return 0;
  if (const auto* object = value->if_object()) return object->size();
  if (const auto* array = value->if_array()) return array->size();
  return 0;
}

}  // namespace

Shape shape(const Schema& schema, const json::Value& value) {
  if (value.is_object()) {
    const bool map = schema.kind == Kind::kObject
                         ? !schema.atomic_map
                         : schema.kind == Kind::kAny && (schema.preserve_unknown || schema.loose);
    return map ? Shape::kMap : Shape::kLeaf;
  }
  if (value.is_array() && schema.kind == Kind::kList && schema.list_type != ListType::kAtomic) return Shape::kList;
  return Shape::kLeaf;
}

const Schema* member(const Schema& schema, std::string_view name) {
  const auto it = schema.properties.find(name);
  if (it != schema.properties.end()) return it->second.schema;
  if (schema.values) return schema.values->schema;
  return schema.preserve_unknown || schema.loose ? &deduced() : nullptr;
}

PathElement element(const Schema& list, const json::Value& item) {
  json::Value key = schema::list_key(list, item);
  if (list.list_type == ListType::kMap && key.is_object()) return PathElement::key(std::move(key.get_object()));
  return PathElement::value(std::move(key));
}

// ---- check ----

namespace {

class Checker {
 public:
  explicit Checker(bool quiet) : quiet_(quiet) {}

  void value(const Schema& schema, const json::Value& value) {
    if (value.is_null()) return;
    if (auto expected = mismatch(schema, value)) return add(*expected);
    if (value.is_object() && shape(schema, value) == Shape::kMap) {
      members(schema, value.get_object());
    } else if (value.is_object() && schema.kind == Kind::kObject) {
      members(schema, value.get_object());
    } else if (value.is_array() && schema.items) {
      items(schema, value.get_array());
    }
  }

  std::vector<std::string> errors;

 private:
  void add(std::string_view why) { errors.push_back(fmt::format("{}: {}", kube::display(path_), why)); }

  std::string shown(const json::Value& value) const {
    if (quiet_ || value.is_object() || value.is_array()) {
      return value.is_object()   ? "a map"
             : value.is_array()  ? "a list"
             : value.is_string() ? "a string"
                                 : "another scalar";
    }
    return fmt::format("&value.valueUnstructured{{Value:{}}}", json::serialize(value));
  }

  std::string printed(const json::Value& value) const {
    if (quiet_ || value.is_object() || value.is_array()) return shown(value);
    return fmt::format("&{{{}}}", value.is_string() ? std::string(value.get_string()) : json::serialize(value));
  }

  static std::string_view go_type(const json::Value& value) {
    if (value.is_string()) return "string";
    if (value.is_bool()) return "bool";
    return value.is_array() ? "[]interface {}" : "map[string]interface {}";
  }

  std::optional<std::string> mismatch(const Schema& schema, const json::Value& value) const {
    switch (schema.kind) {
      case Kind::kObject:
        return value.is_object() ? std::nullopt : std::optional("expected map, got " + printed(value));
      case Kind::kList:
        return value.is_array() ? std::nullopt : std::optional("expected list, got " + printed(value));
      case Kind::kString:
        // Times are scalars of any sort here, as the API server has them.
        if (schema.format.ends_with("time") && !value.is_object() && !value.is_array()) return std::nullopt;
        return value.is_string() ? std::nullopt : std::optional("expected string, got " + shown(value));
      case Kind::kBoolean:
        return value.is_bool() ? std::nullopt : std::optional("expected boolean, got " + shown(value));
      case Kind::kInteger:
      case Kind::kNumber:
        return value.is_number()
                   ? std::nullopt
                   : std::optional(fmt::format("expected numeric (int or float), got {}", go_type(value)));
      case Kind::kIntOrString:
      case Kind::kQuantity:
        return value.is_object() || value.is_array() ? std::optional("expected a scalar, got " + shown(value))
                                                     : std::nullopt;
      case Kind::kAny:
        return std::nullopt;
    }
    return std::nullopt;
  }

  void members(const Schema& schema, const json::Object& object) {
    for (const auto& [key, item] : object) {
      path_.push_back(PathElement::field(key));
      if (const Schema* below = member(schema, key))
        value(*below, item);
      else
        add("field not declared in schema");
      path_.pop_back();
    }
  }

  void items(const Schema& schema, const json::Array& array) {
    std::set<PathElement> seen;
    for (std::size_t i = 0; i < array.size(); ++i) {
      PathElement at = schema.list_type == ListType::kAtomic ? PathElement::index(static_cast<std::int64_t>(i))
                                                             : element(schema, array[i]);
      if (schema.list_type == ListType::kMap && !has_key(schema, at, i)) continue;
      if (schema.list_type != ListType::kAtomic && seen.contains(at)) {
        add(fmt::format("duplicate entries for key {}", at.display()));
        continue;
      }
      path_.push_back(at);
      value(items_of(schema), array[i]);
      path_.pop_back();
      seen.insert(std::move(at));
    }
  }

  bool has_key(const Schema& schema, const PathElement& at, std::size_t i) {
    if (at.kind() == PathElement::Kind::kKey && !at.json_value().get_object().empty()) return true;
    if (at.kind() != PathElement::Kind::kKey) {
      add(fmt::format("element {}: associative list with keys may not have non-map elements", i));
      return false;
    }
    std::vector<std::string> keys;
    for (const std::string& key : schema.list_keys) keys.push_back(fmt::format("\"{}\"", key));
    add(
        fmt::format("element {}: associative list with keys has an element that omits all key fields [{}] "
                    "(and doesn't have default values for any key fields)",
                    i, fmt::join(keys, " ")));
    return false;
  }

  bool quiet_;
  Path path_;
};

}  // namespace

std::vector<std::string> check(const Schema& schema, const json::Value& value, bool quiet) {
  Checker checker(quiet);
  checker.value(schema, value);
  return std::move(checker.errors);
}

// ---- fields ----

namespace {

void put(FieldSet& out, PathElement at, FieldSet below, bool itself) {
  if (itself) out.insert(at);
  if (!below.empty()) out.make_below(std::move(at)) = std::move(below);
}

// What is below a map or list; empty for a leaf, whose place the caller takes.
FieldSet collect(const Schema& schema, const json::Value& value) {
  FieldSet out;
  const Shape form = shape(schema, value);
  if (form == Shape::kMap) {
    for (const auto& [key, item] : value.get_object()) {
      const Schema* below = member(schema, key);
      if (below == nullptr) continue;
      // A declared map or list stands for what is in it; all else is a field of its own.
      const bool tree = shape(*below, item) != Shape::kLeaf && schema.properties.contains(std::string_view(key));
      const bool empty_map = item.is_object() && item.get_object().empty();
      put(out, PathElement::field(key), collect(*below, item), !tree || empty_map);
    }
  } else if (form == Shape::kList) {
    for (const json::Value& item : value.get_array())
      put(out, element(schema, item), collect(items_of(schema), item), true);
  }
  return out;
}

}  // namespace

FieldSet fields(const Schema& schema, const json::Value& value) { return collect(schema, value); }

// ---- compare ----

namespace {

class Comparer {
 public:
  void at(const Schema& schema, const json::Value* before, const json::Value* after, Path& path) {
    const json::Value& sample = after != nullptr && !after->is_null() ? *after : before != nullptr ? *before : *after;
    const bool same_sort = before == nullptr || after == nullptr || before->is_null() || after->is_null() ||
                           shape(schema, *before) == shape(schema, *after);
    const Shape form = same_sort ? shape(schema, sample) : Shape::kLeaf;
    if (form == Shape::kLeaf || (size_of(before) == 0 && size_of(after) == 0)) return leaf(before, after, path);
    if (form == Shape::kMap)
      members(schema, before, after, path);
    else
      items(schema, before, after, path);
    if (before == nullptr)
      found.added.insert(path);
    else if (after == nullptr)
      found.removed.insert(path);
  }

  Difference found;

 private:
  void leaf(const json::Value* before, const json::Value* after, const Path& path) {
    if (before == nullptr)
      found.added.insert(path);
    else if (after == nullptr)
      found.removed.insert(path);
    else if (*before != *after)
      found.modified.insert(path);
  }

  void members(const Schema& schema, const json::Value* before, const json::Value* after, Path& path) {
    const json::Object* was = before == nullptr ? nullptr : before->if_object();
    const json::Object* is = after == nullptr ? nullptr : after->if_object();
    const auto visit = [&](std::string_view name) {
      const Schema* below = member(schema, name);
      path.push_back(PathElement::field(name));
      at(below == nullptr ? deduced() : *below, was == nullptr ? nullptr : was->if_contains(name),
         is == nullptr ? nullptr : is->if_contains(name), path);
      path.pop_back();
    };
    if (was != nullptr) {
      for (const auto& [key, value] : *was) visit(key);
    }
    if (is != nullptr) {
      for (const auto& [key, value] : *is) {
        if (was == nullptr || !was->contains(key)) visit(key);
      }
    }
  }

  using Index = std::map<PathElement, std::vector<const json::Value*>>;
  static Index index(const Schema& schema, const json::Value* list) {
    Index out;
    if (list != nullptr && list->is_array()) {
      for (const json::Value& item : list->get_array()) out[element(schema, item)].push_back(&item);
    }
    return out;
  }

  void items(const Schema& schema, const json::Value* before, const json::Value* after, Path& path) {
    const Index was = index(schema, before);
    const Index is = index(schema, after);
    const auto visit = [&](const PathElement& name) {
      const auto old_items = was.find(name);
      const auto new_items = is.find(name);
      path.push_back(name);
      const std::size_t old_count = old_items == was.end() ? 0 : old_items->second.size();
      const std::size_t new_count = new_items == is.end() ? 0 : new_items->second.size();
      if (old_count <= 1 && new_count <= 1) {
        at(items_of(schema), old_count == 0 ? nullptr : old_items->second[0],
           new_count == 0 ? nullptr : new_items->second[0], path);
      } else if (old_count == 0) {
        found.added.insert(path);
      } else if (new_count == 0) {
        found.removed.insert(path);
      } else if (!std::ranges::equal(old_items->second, new_items->second,
                                     [](const auto* a, const auto* b) { return *a == *b; })) {
        found.modified.insert(path);
      }
      path.pop_back();
    };
    for (const auto& [name, unused] : was) visit(name);
    for (const auto& [name, unused] : is) {
      if (!was.contains(name)) visit(name);
    }
  }
};

}  // namespace

Difference compare(const Schema& schema, const json::Value& before, const json::Value& after) {
  Comparer comparer;
  Path path;
  comparer.at(schema, &before, &after, path);
  return std::move(comparer.found);
}

// ---- sets ----

FieldSet with_named(const Schema& schema, const FieldSet& set) {
  FieldSet out;
  for (const FieldSet::Child& child : set.children()) {
    const bool named = child.element.kind() == PathElement::Kind::kField;
    const Schema* below = named ? member(schema, child.element.name()) : &items_of(schema);
    if (!child.below.empty())
      out.make_below(child.element) = with_named(below == nullptr ? deduced() : *below, child.below);
    if (child.member || (named && !child.below.empty() && schema.properties.contains(child.element.name())))
      out.insert(child.element);
  }
  return out;
}

}  // namespace rotor::apiserver::patch::typed
