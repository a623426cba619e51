#include "secrets/desired_metadata.hpp"

#include <algorithm>
#include <set>

#include "secrets/marks.hpp"
#include "secrets/ownership.hpp"
#include "secrets/policies.hpp"

namespace rotor::secrets {
namespace {

void overwrite(kube::StringMap& into, const std::map<std::string, std::string>& with) {
  for (const auto& [name, value] : with) into.insert_or_assign(name, value);
}

// Foreign labels and annotations stay; what this ExternalSecret wrote earlier goes unless it is written again.
kube::ObjectMeta start_metadata(const ExternalSecret& es, const Target* live) {
  kube::ObjectMeta metadata;
  metadata.name = es.target_name();
  metadata.ns = es.metadata.ns;
  if (live == nullptr) return metadata;
  metadata = live->metadata;
  metadata.managed_fields.clear();  // left out of an update: the API server keeps its own
  const OwnedFields ours = fields_of(live->metadata, field_manager(es.metadata.name));
  for (const std::string& name : ours.labels) metadata.labels.erase(name);
  for (const std::string& name : ours.annotations) metadata.annotations.erase(name);
  return metadata;
}

void add_users_metadata(const tmpl::SecretParts& parts, kube::ObjectMeta& metadata) {
  overwrite(metadata.labels, parts.labels);
  overwrite(metadata.annotations, parts.annotations);
  for (const std::string& finalizer : parts.finalizers) {
    if (!metadata.deleting() && std::ranges::find(metadata.finalizers, finalizer) == metadata.finalizers.end()) {
      metadata.finalizers.push_back(finalizer);
    }
  }
}

void mark(const ExternalSecret& es, const std::string& hash, kube::ObjectMeta& metadata) {
  metadata.labels.erase(std::string(kOwnerLabel));
  if (owns(es)) metadata.labels.emplace(kOwnerLabel, owner_hash(es.metadata.key()));
  metadata.labels.insert_or_assign(std::string(kManagedLabel), std::string(kManagedValue));
  metadata.annotations.insert_or_assign(std::string(kDataHashAnnotation), hash);
}

void keep(const kube::StringMap& live, const std::set<std::string, std::less<>>& names,
          std::map<std::string, std::string>& out) {
  for (const std::string& name : names) {
    if (const auto it = live.find(name); it != live.end()) out.insert(*it);
  }
}

}  // namespace

bool same_metadata(const kube::ObjectMeta& a, const kube::ObjectMeta& b) {
  return a.labels == b.labels && a.annotations == b.annotations && a.finalizers == b.finalizers &&
         same_owners(a.owner_references, b.owner_references);
}

Synced<kube::ObjectMeta> desired_metadata(const ExternalSecret& es, const Target* live, const tmpl::SecretParts& parts,
                                          const std::string& hash) {
  TRY(auto owners, decide_ownership(es, live));
  kube::ObjectMeta metadata = start_metadata(es, live);
  add_users_metadata(parts, metadata);
  metadata.owner_references = std::move(owners);
  mark(es, hash, metadata);
  return metadata;
}

Synced<kube::ObjectMeta> frozen_metadata(const ExternalSecret& es, const Target& live) {
  kube::ObjectMeta metadata = live.metadata;
  metadata.managed_fields.clear();  // left out of an update: the API server keeps its own
  TRY(metadata.owner_references, decide_ownership(es, &live));
  mark(es, live.actual_hash, metadata);
  return metadata;
}

tmpl::SecretParts metadata_as_it_is(const ExternalSecret& es, const Target& live) {
  tmpl::SecretParts parts;
  if (!es.spec.target.tmpl) {
    parts.labels = {es.metadata.labels.begin(), es.metadata.labels.end()};
    parts.annotations = {es.metadata.annotations.begin(), es.metadata.annotations.end()};
    return parts;
  }
  const OwnedFields ours = fields_of(live.metadata, field_manager(es.metadata.name));
  keep(live.metadata.labels, ours.labels, parts.labels);
  keep(live.metadata.annotations, ours.annotations, parts.annotations);
  return parts;
}

}  // namespace rotor::secrets
