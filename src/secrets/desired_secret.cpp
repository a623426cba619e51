#include "secrets/desired_secret.hpp"

#include <algorithm>
#include <set>

#include "json/object_hash.hpp"
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

bool same_metadata(const kube::ObjectMeta& a, const kube::ObjectMeta& b) {
  return a.labels == b.labels && a.annotations == b.annotations && a.finalizers == b.finalizers &&
         a.owner_references == b.owner_references;
}

void keep(const kube::StringMap& live, const std::set<std::string, std::less<>>& names,
          std::map<std::string, std::string>& out) {
  for (const std::string& name : names) {
    if (const auto it = live.find(name); it != live.end()) out.insert(*it);
  }
}

Synced<Desired> build(const ExternalSecret& es, const Target* live, tmpl::SecretParts parts, std::string hash) {
  TRY(auto owners, decide_ownership(es, live));
  api::Secret secret;
  secret.metadata = start_metadata(es, live);
  add_users_metadata(parts, secret.metadata);
  secret.metadata.owner_references = std::move(owners);
  secret.metadata.labels.erase(std::string(kOwnerLabel));
  if (owns(es)) secret.metadata.labels.emplace(kOwnerLabel, owner_hash(es.metadata.key()));
  secret.metadata.labels.insert_or_assign(std::string(kManagedLabel), std::string(kManagedValue));
  secret.metadata.annotations.insert_or_assign(std::string(kDataHashAnnotation), hash);
  secret.data = std::move(parts.data);
  if (live != nullptr) secret.type = live->type, secret.immutable = live->immutable;
  if (!parts.type.empty()) secret.type = parts.type;
  if (es.spec.target.immutable) secret.immutable = true;
  return Desired{std::move(secret), std::move(hash)};
}

}  // namespace

bool Desired::is(const Target& live) const {
  return live.actual_hash == data_hash && secret.type == live.type &&
         secret.immutable.value_or(false) == live.immutable.value_or(false) &&
         same_metadata(secret.metadata, live.metadata);
}

Synced<Desired> desired_secret(const ExternalSecret& es, const Target* live, tmpl::SecretParts parts) {
  std::string hash = json::object_hash(parts.data);
  return build(es, live, std::move(parts), std::move(hash));
}

SecretMap merged_data(const ExternalSecret& es, const Target& live, SecretMap whole, SecretMap fetched) {
  const OwnedFields ours = fields_of(live.metadata, field_manager(es.metadata.name));
  for (const std::string& key : ours.data) whole.erase(key);
  for (auto& [key, value] : fetched) whole.insert_or_assign(key, std::move(value));
  return whole;
}

Synced<Desired> desired_around_data(const ExternalSecret& es, const Target& live) {
  tmpl::SecretParts parts;
  if (es.spec.target.tmpl) {
    const OwnedFields ours = fields_of(live.metadata, field_manager(es.metadata.name));
    keep(live.metadata.labels, ours.labels, parts.labels);
    keep(live.metadata.annotations, ours.annotations, parts.annotations);
    parts.type = es.spec.target.tmpl->type;
  } else {
    parts.labels = {es.metadata.labels.begin(), es.metadata.labels.end()};
    parts.annotations = {es.metadata.annotations.begin(), es.metadata.annotations.end()};
  }
  return build(es, &live, std::move(parts), live.actual_hash);
}

}  // namespace rotor::secrets
