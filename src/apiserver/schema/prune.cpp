#include <algorithm>

#include "apiserver/schema/builtin.hpp"
#include "apiserver/schema/path.hpp"
#include "apiserver/schema/schema.hpp"

namespace rotor::apiserver::schema {

namespace {

class Pruner {
 public:
  explicit Pruner(bool custom) : custom_(custom) {}

  void value(const Schema& schema, json::Value& value, const std::string& path) {
    if (value.is_array() && schema.items) {
      std::size_t i = 0;
      for (json::Value& item : value.get_array()) this->value(*schema.items->schema, item, item_path(path, i++));
    } else if (value.is_object() && (custom_ || schema.kind == Kind::kObject)) {
      object(schema, value.get_object(), path, schema.embedded);
    }
  }

  // The members every object has (`whole`: an object with metadata of its own) and those of the schema.
  void object(const Schema& schema, json::Object& object, const std::string& path, bool whole) {
    std::vector<std::string> unknown;
    for (auto& [key, value] : object) {
      const std::string_view name = key;
      if (whole && (name == "apiVersion" || name == "kind")) continue;
      if (whole && name == "metadata") {
        Pruner typed(false);
        typed.value(*object_meta(), value, child_path(path, name));
        std::ranges::move(typed.found, std::back_inserter(found_in_metadata));
      } else if (const Property* property = find(schema, name)) {
        this->value(*property->schema, value, child_path(path, name));
      } else if (!schema.preserve_unknown) {
        unknown.emplace_back(name);
        found.push_back(fmt::format("unknown field \"{}\"", child_path(path, name)));
      }
    }
    for (const std::string& name : unknown) object.erase(name);
  }

  std::vector<std::string> found;
  std::vector<std::string> found_in_metadata;  // of objects inside the object

 private:
  static const Property* find(const Schema& schema, std::string_view name) {
    const auto it = schema.properties.find(name);
    if (it != schema.properties.end()) return &it->second;
    return schema.values ? &*schema.values : nullptr;
  }

  bool custom_;
};

}  // namespace

std::vector<std::string> prune(const KindSchema& schema, json::Object& object) {
  Pruner pruner(schema.custom);
  if (!schema.custom) {
    pruner.object(schema.root(), object, "", false);
    return std::move(pruner.found);
  }
  // Metadata is decoded on its own and comes first; the rest is reported by path.
  Pruner metadata(false);
  if (auto* member = object.if_contains("metadata")) metadata.value(*object_meta(), *member, "metadata");
  pruner.object(schema.root(), object, "", true);
  std::ranges::sort(pruner.found);
  std::ranges::move(pruner.found, std::back_inserter(metadata.found));
  std::ranges::move(pruner.found_in_metadata, std::back_inserter(metadata.found));
  return std::move(metadata.found);
}

}  // namespace rotor::apiserver::schema
