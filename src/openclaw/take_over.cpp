#include "openclaw/take_over.hpp"

#include "openclaw/apply_diff.hpp"
#include "openclaw/fixed_fields.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

using kube::FieldSet;
using kube::PathElement;

// After the name of its program, as clients do that give none.
constexpr std::string_view kPredecessor = "manager";

// Whoever writes an object as a controller writes its owner. Our marks on somebody else's pods come without.
bool names_owner(const FieldSet& fields) {
  const FieldSet* metadata = fields.below(PathElement::field("metadata"));
  return metadata != nullptr && metadata->below(PathElement::field("ownerReferences")) != nullptr;
}

bool is_by(const json::Value& entry, std::string_view manager, std::string_view operation) {
  return json::find_string(entry, "manager") == manager && json::find_string(entry, "operation") == operation &&
         json::find_string(entry, "subresource").empty();
}

bool is_predecessors(const kube::Resource& resource, const json::Value& entry) {
  return is_by(entry, kPredecessor, "Update") && json::find_string(entry, "apiVersion") == resource.api_version();
}

const json::Array& entries_of(const json::Value& live) {
  static const json::Array kNone;
  const json::Value* entries = json::find(live, "metadata.managedFields");
  return entries != nullptr && entries->is_array() ? entries->get_array() : kNone;
}

FieldSet fields_of(const json::Value& entry) {
  const json::Value* fields = json::find(entry, "fieldsV1");
  return fields == nullptr ? FieldSet() : FieldSet::from_json(*fields).value_or(FieldSet{});
}

}  // namespace

FieldSet left_before_us(const kube::Resource& resource, const json::Value& live) {
  if (names_owner(owned_fields(live, kFieldManager))) return {};
  FieldSet left;
  for (const json::Value& entry : entries_of(live)) {
    if (is_predecessors(resource, entry)) left = left.united(fields_of(entry));
  }
  // A program of the same name that is somebody else's.
  return names_owner(left) ? left.recursive_difference(fixed_fields(resource)) : FieldSet{};
}

std::optional<std::string> take_over_patch(const kube::Resource& resource, const json::Value& live) {
  FieldSet fields = left_before_us(resource, live);
  if (fields.empty()) return std::nullopt;
  json::Array entries;
  for (const json::Value& entry : entries_of(live)) {
    if (is_by(entry, kFieldManager, "Apply")) {
      fields = fields.united(fields_of(entry));
    } else if (!is_predecessors(resource, entry)) {
      entries.push_back(entry);
    }
  }
  entries.push_back(json::Object{{"manager", kFieldManager},
                                 {"operation", "Apply"},
                                 {"apiVersion", resource.api_version()},
                                 {"fieldsType", "FieldsV1"},
                                 {"fieldsV1", fields.to_json()}});
  // The version goes along: a write that came between is a conflict, and not undone.
  const json::Array patch = {
      json::Object{{"op", "replace"}, {"path", "/metadata/managedFields"}, {"value", std::move(entries)}},
      json::Object{{"op", "replace"},
                   {"path", "/metadata/resourceVersion"},
                   {"value", json::find_string(live, "metadata.resourceVersion")}}};
  return json::serialize(patch);
}

}  // namespace rotor::openclaw
