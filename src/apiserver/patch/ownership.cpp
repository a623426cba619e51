#include "apiserver/patch/ownership.hpp"

#include <algorithm>

namespace rotor::apiserver::patch {

namespace {

using kube::FieldSet;
using kube::PathElement;

FieldSet set_of(std::initializer_list<std::initializer_list<std::string_view>> paths) {
  FieldSet out;
  for (const auto& path : paths) {
    kube::Path at;
    for (const std::string_view name : path) at.push_back(PathElement::field(name));
    out.insert(at);
  }
  return out;
}

typed::Difference within_reach(typed::Difference difference, const FieldSet& out_of_reach) {
  return {difference.added.recursive_difference(out_of_reach), difference.modified.recursive_difference(out_of_reach),
          difference.removed.recursive_difference(out_of_reach)};
}

}  // namespace

const FieldSet& unowned_metadata() {
  static const FieldSet set = set_of({{"apiVersion"},
                                      {"kind"},
                                      {"metadata"},
                                      {"metadata", "name"},
                                      {"metadata", "namespace"},
                                      {"metadata", "creationTimestamp"},
                                      {"metadata", "selfLink"},
                                      {"metadata", "uid"},
                                      {"metadata", "clusterName"},
                                      {"metadata", "generation"},
                                      {"metadata", "managedFields"},
                                      {"metadata", "resourceVersion"}});
  return set;
}

FieldSet out_of_reach(const schema::KindSchema& schema, std::string_view subresource) {
  if (!schema.has_status_subresource) return {};
  if (subresource.empty()) return set_of({{"status"}});
  if (subresource != "status") return {};
  return schema.custom ? set_of({{"apiVersion"}, {"kind"}, {"metadata"}, {"spec"}}) : set_of({{"spec"}});
}

std::vector<Conflict> contested(Managers& managers, const ManagerId& self, const typed::Difference& difference) {
  const FieldSet changed = difference.modified.united(difference.added);
  std::vector<Conflict> out;
  for (const Manager& row : managers.rows()) {
    if (row.id == self) continue;
    for (kube::Path& field : row.fields.intersection(changed).paths()) out.push_back({row.id, std::move(field)});
  }
  return out;
}

void yield(Managers& managers, const ManagerId& self, const typed::Difference& difference) {
  const FieldSet lost = difference.modified.united(difference.added).united(difference.removed);
  for (Manager& row : managers.rows()) {
    if (row.id != self) row.fields = row.fields.difference(lost);
  }
  managers.drop_empty();
}

void book_update(const schema::KindSchema& schema, const json::Object& before, const json::Object& after,
                 Managers& managers, const Write& write) {
  const typed::Difference difference = within_reach(
      typed::compare(schema.whole(), json::Value(before), json::Value(after)), out_of_reach(schema, write.subresource));
  // Nobody is spared: what the writer owned and changes is booked again, with a new time.
  yield(managers, {}, difference);
  const FieldSet taken = difference.modified.united(difference.added).difference(unowned_metadata());
  if (!taken.empty()) {
    Manager& row = managers.make(
        {write.manager.empty() ? "unknown" : write.manager, "Update", schema.api_version(), write.subresource});
    row.fields = row.fields.united(taken);
    row.time = write.now;
  }
  managers.cap_updaters();
}

json::Object blank(const schema::KindSchema& schema) {
  json::Object out;
  schema::normalize(schema, out);
  return out;
}

bool keep_times(const json::Object* live, json::Object& updated) {
  if (live == nullptr) return false;
  const auto timeless = [](const json::Object& object) {
    json::Object out = object;
    auto* metadata = out.if_contains("metadata");
    auto* entries =
        metadata == nullptr || !metadata->is_object() ? nullptr : metadata->get_object().if_contains("managedFields");
    if (entries != nullptr && entries->is_array()) {
      for (json::Value& entry : entries->get_array()) {
        if (entry.is_object()) entry.get_object().erase("time");
      }
    }
    if (metadata != nullptr && metadata->is_object()) metadata->get_object().erase("resourceVersion");
    return out;
  };
  if (timeless(*live) != timeless(updated)) return false;
  const auto* metadata = live->if_contains("metadata");
  const auto* entries = metadata == nullptr ? nullptr : metadata->get_object().if_contains("managedFields");
  if (entries != nullptr && entries->is_array()) set_managed_fields(updated, entries->get_array());
  return true;
}

}  // namespace rotor::apiserver::patch
