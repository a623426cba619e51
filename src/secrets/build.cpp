#include "secrets/build.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "json/object_hash.hpp"
#include "secrets/marks.hpp"

namespace rotor::secrets {
namespace {

using api::es::ExternalSecret;

bool is_external_secret(const kube::OwnerReference& ref) {
  return ref.kind == "ExternalSecret" && ref.api_version.starts_with("external-secrets.io/");
}

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

// A Secret of this name made again is no way out: nodes that still hold the old one go on serving its values.
SyncFailure is_immutable(const ExternalSecret& es) {
  return {
      "could not update secret, target is immutable: what uses it keeps the old values; give spec.target.name "
      "another value and let it use that",
      {Code::kInvalid,
       fmt::format("could not update secret {}: it is immutable, so what uses it keeps the old values; give "
                   "spec.target.name another value and let what uses the Secret refer to that name",
                   es.target_name())},
      kube::Outcome::done()};
}

}  // namespace

std::expected<std::vector<kube::OwnerReference>, SyncFailure> decide_ownership(const ExternalSecret& es,
                                                                               const Target* live) {
  std::vector<kube::OwnerReference> owners;
  if (live != nullptr) owners = live->metadata.owner_references;
  const auto controller = std::ranges::find_if(owners, [](const auto& o) { return o.controller.value_or(false); });
  if (controller != owners.end()) {
    if (is_external_secret(*controller) && controller->name != es.metadata.name) {
      return std::unexpected(
          SyncFailure{"target is owned by another ExternalSecret",
                      {Code::kInvalid,
                       fmt::format("secret is owned by another ExternalSecret: {}; give spec.target.name another value",
                                   controller->name)},
                      kube::Outcome::done()});
    }
    if (!is_external_secret(*controller)) {
      return std::unexpected(SyncFailure{
          "failed to take ownership of target secret",
          {Code::kInvalid, fmt::format("could not set controller reference on secret: Object {}/{} is already owned by "
                                       "another {} controller {}",
                                       es.metadata.ns, es.target_name(), controller->kind, controller->name)},
          kube::Outcome::done()});
    }
  }
  std::erase_if(owners, [&es](const auto& o) { return is_external_secret(o) && o.name == es.metadata.name; });
  owners.push_back(owner_reference(es));
  return owners;
}

namespace {

std::expected<Desired, SyncFailure> build(const ExternalSecret& es, const Target* live, tmpl::SecretParts parts,
                                          const std::string& hash) {
  auto owners = decide_ownership(es, live);
  if (!owners) return std::unexpected(std::move(owners).error());

  Desired desired{Desired::Write::kCreate, {}};
  api::Secret& secret = desired.secret;
  secret.metadata = start_metadata(es, live);
  add_users_metadata(parts, secret.metadata);
  secret.metadata.owner_references = *std::move(owners);
  secret.metadata.labels.insert_or_assign(std::string(kOwnerLabel), owner_hash(es.metadata.key()));
  secret.metadata.labels.insert_or_assign(std::string(kManagedLabel), std::string(kManagedValue));
  secret.metadata.annotations.insert_or_assign(std::string(kDataHashAnnotation), hash);
  secret.data = std::move(parts.data);
  if (live != nullptr) secret.type = live->type, secret.immutable = live->immutable;
  if (!parts.type.empty()) secret.type = parts.type;
  if (live == nullptr) return desired;

  const bool same_data = live->actual_hash == hash;
  if (same_data && secret.type == live->type && same_metadata(secret.metadata, live->metadata)) {
    desired.write = Desired::Write::kNothing;
  } else if (live->immutable.value_or(false) && !same_data) {
    return std::unexpected(is_immutable(es));
  } else {
    desired.write = Desired::Write::kUpdate;
  }
  return desired;
}

}  // namespace

std::expected<Desired, SyncFailure> build_secret(const ExternalSecret& es, const Target* live,
                                                 tmpl::SecretParts parts) {
  const std::string hash = json::object_hash(parts.data);
  return build(es, live, std::move(parts), hash);
}

std::expected<Desired, SyncFailure> keep_secret(const ExternalSecret& es, const Target& live) {
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
