#include "kube/object/object.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/time.hpp"

namespace rotor::kube {

std::string Resource::api_version() const {
  return group.empty() ? std::string(version) : fmt::format("{}/{}", group, version);
}

const Condition* find_condition(const std::vector<Condition>& conditions, std::string_view type) {
  const auto it = std::ranges::find(conditions, type, &Condition::type);
  return it == conditions.end() ? nullptr : &*it;
}

bool set_condition(std::vector<Condition>& conditions, Condition condition, WallTime now) {
  const auto it = std::ranges::find(conditions, condition.type, &Condition::type);
  if (it == conditions.end()) {
    condition.last_transition_time = format_time(now);
    conditions.push_back(std::move(condition));
    return true;
  }
  const bool moved = it->status != condition.status || it->last_transition_time.empty();
  condition.last_transition_time = moved ? format_time(now) : it->last_transition_time;
  if (*it == condition) return false;
  *it = std::move(condition);
  return true;
}

namespace {

bool matches(const LabelSelectorRequirement& requirement, const StringMap& labels) {
  const auto it = labels.find(requirement.key);
  const bool there = it != labels.end();
  const bool among = there && std::ranges::find(requirement.values, it->second) != requirement.values.end();
  if (requirement.op == "In") return among;
  if (requirement.op == "NotIn") return !among;
  if (requirement.op == "Exists") return there;
  if (requirement.op == "DoesNotExist") return !there;
  return false;
}

}  // namespace

bool matches(const LabelSelector& selector, const StringMap& labels) {
  for (const auto& [key, value] : selector.match_labels) {
    const auto it = labels.find(key);
    if (it == labels.end() || it->second != value) return false;
  }
  return std::ranges::all_of(selector.match_expressions,
                             [&](const LabelSelectorRequirement& r) { return matches(r, labels); });
}

}  // namespace rotor::kube

namespace rotor::json {

using namespace rotor::kube;  // the rows below read better without it at every name

ROTOR_DESCRIBE(kube::OwnerReference, "An object that owns this one, in the same namespace or cluster-scoped.",
               field<&OwnerReference::api_version>("apiVersion", {.required = true, .keep_empty = true}),
               field<&OwnerReference::kind>("kind", {.required = true, .keep_empty = true}),
               field<&OwnerReference::name>("name", {.required = true, .keep_empty = true}),
               field<&OwnerReference::uid>("uid", {.required = true, .keep_empty = true}),
               field<&OwnerReference::controller>("controller"),
               field<&OwnerReference::block_owner_deletion>("blockOwnerDeletion"));

ROTOR_DESCRIBE(kube::ManagedFieldsEntry, "The fields that one manager wrote last.",
               field<&ManagedFieldsEntry::manager>("manager"), field<&ManagedFieldsEntry::operation>("operation"),
               field<&ManagedFieldsEntry::api_version>("apiVersion"), field<&ManagedFieldsEntry::time>("time"),
               field<&ManagedFieldsEntry::fields_type>("fieldsType"), field<&ManagedFieldsEntry::fields_v1>("fieldsV1"),
               field<&ManagedFieldsEntry::subresource>("subresource"));

ROTOR_DESCRIBE(kube::ObjectMeta, "What every object carries.", field<&ObjectMeta::name>("name"),
               field<&ObjectMeta::generate_name>("generateName"), field<&ObjectMeta::ns>("namespace"),
               field<&ObjectMeta::uid>("uid"), field<&ObjectMeta::resource_version>("resourceVersion"),
               field<&ObjectMeta::generation>("generation"),
               field<&ObjectMeta::creation_timestamp>("creationTimestamp", {.format = "date-time"}),
               field<&ObjectMeta::deletion_timestamp>("deletionTimestamp", {.format = "date-time"}),
               field<&ObjectMeta::labels>("labels"), field<&ObjectMeta::annotations>("annotations"),
               field<&ObjectMeta::owner_references>("ownerReferences", {.list_map_key = "uid"}),
               field<&ObjectMeta::finalizers>("finalizers"), field<&ObjectMeta::managed_fields>("managedFields"));

ROTOR_DESCRIBE(kube::Condition, "One aspect of the state of an object.",
               field<&Condition::type>("type", {.required = true, .keep_empty = true, .doc = "Name of the aspect."}),
               field<&Condition::status>("status",
                                         {.required = true, .keep_empty = true, .doc = "True, False or Unknown."}),
               field<&Condition::observed_generation>(
                   "observedGeneration",
                   {.minimum = 0, .format = "int64", .doc = "The generation of the object that this was found for."}),
               field<&Condition::last_transition_time>("lastTransitionTime",
                                                       {.format = "date-time", .doc = "When the status changed last."}),
               field<&Condition::reason>("reason", {.doc = "One word for programs."}),
               field<&Condition::message>("message", {.doc = "A sentence for people."}));

ROTOR_DESCRIBE(kube::PartialObject, "Only the metadata of an object.", field<&PartialObject::api_version>("apiVersion"),
               field<&PartialObject::kind>("kind"), field<&PartialObject::metadata>("metadata"));

ROTOR_DESCRIBE(kube::StatusCause, "One reason of a refusal.", field<&StatusCause::reason>("reason"),
               field<&StatusCause::message>("message"), field<&StatusCause::field>("field"));

ROTOR_DESCRIBE(kube::StatusDetails, "What a refusal is about.", field<&StatusDetails::name>("name"),
               field<&StatusDetails::group>("group"), field<&StatusDetails::kind>("kind"),
               field<&StatusDetails::uid>("uid"), field<&StatusDetails::causes>("causes"),
               field<&StatusDetails::retry_after_seconds>("retryAfterSeconds"));

ROTOR_DESCRIBE(kube::Status, "The API server's answer that is not an object.",
               field<&Status::kind>("kind", {.keep_empty = true}),
               field<&Status::api_version>("apiVersion", {.keep_empty = true}), field<&Status::status>("status"),
               field<&Status::message>("message"), field<&Status::reason>("reason"), field<&Status::details>("details"),
               field<&Status::code>("code"));

ROTOR_DESCRIBE(
    kube::LabelSelectorRequirement, "One condition on labels.",
    field<&LabelSelectorRequirement::key>("key", {.required = true, .keep_empty = true, .doc = "The label's name."}),
    field<&LabelSelectorRequirement::op>(
        "operator", {.required = true, .keep_empty = true, .doc = "In, NotIn, Exists or DoesNotExist."}),
    field<&LabelSelectorRequirement::values>("values", {.doc = "For In and NotIn: the values; else empty."}));

ROTOR_DESCRIBE(kube::LabelSelector, "Chooses objects by their labels; all parts must hold.",
               field<&LabelSelector::match_labels>("matchLabels", {.doc = "Labels that must have these values."}),
               field<&LabelSelector::match_expressions>("matchExpressions", {.doc = "Further conditions."}));

}  // namespace rotor::json
