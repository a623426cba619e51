#include "secrets/cluster/child.hpp"

#include <fmt/format.h>

#include "json/merge_patch.hpp"
#include "json/object_hash.hpp"
#include "secrets/kept_external_secret.hpp"

namespace rotor::secrets::cluster {
namespace {

constexpr std::string_view kGroupOfFinalizers = "externalsecrets.external-secrets.io/";
constexpr std::string_view kClaim = "externalsecrets.external-secrets.io/ces-";

ExternalSecret wanted_child(const ClusterExternalSecret& parent) {
  ExternalSecret child;
  child.metadata.name = parent.child_name();
  if (const auto& metadata = parent.spec.external_secret_metadata) {
    child.metadata.labels = metadata->labels;
    child.metadata.annotations = metadata->annotations;
  }
  const std::string force_sync(kForceSync);
  child.metadata.annotations.erase(force_sync);
  if (const auto asked = parent.metadata.annotations.find(force_sync); asked != parent.metadata.annotations.end()) {
    child.metadata.annotations.insert(*asked);
  }
  child.metadata.owner_references.push_back({.api_version = "external-secrets.io/v1",
                                             .kind = "ClusterExternalSecret",
                                             .name = parent.metadata.name,
                                             .uid = parent.metadata.uid,
                                             .controller = true,
                                             .block_owner_deletion = true});
  child.spec = parent.spec.external_secret_spec;
  return child;
}

// Without what the API server, the ExternalSecret's own controller and others decide: finalizers, status, names.
std::string decided_text(const kube::ObjectMeta& metadata, const api::es::ExternalSecretSpec& spec,
                         const std::string& version = "") {
  kube::ObjectMeta ours;
  ours.labels = metadata.labels;
  ours.annotations = metadata.annotations;
  ours.owner_references = metadata.owner_references;
  ours.resource_version = version;
  return fmt::format(R"({{"metadata":{},"spec":{}}})", json::write(ours), json::write(spec));
}

}  // namespace

std::string namespace_finalizer(std::string_view cluster_external_secret) {
  constexpr std::size_t kLongest = 63;  // of what stands behind the slash
  std::string plain = fmt::format("{}{}", kClaim, cluster_external_secret);
  if (plain.size() - kGroupOfFinalizers.size() <= kLongest) return plain;
  return fmt::format("{}ces.{}", kGroupOfFinalizers, json::object_hash(cluster_external_secret));
}

std::string_view claimed_by(std::string_view finalizer) {
  return finalizer.starts_with(kClaim) ? finalizer.substr(kClaim.size()) : std::string_view();
}

bool is_child_of(const ExternalSecret& es, std::string_view cluster_external_secret) {
  return cluster_owner_of(es.metadata.owner_references) == cluster_external_secret;
}

Child::Child(const ClusterExternalSecret& parent) : wanted_(wanted_child(parent)) {}

std::string Child::in(const std::string& ns) const {
  ExternalSecret child = wanted_;
  child.metadata.ns = ns;
  return json::write(child);
}

std::optional<std::string> Child::patch(const ExternalSecret& live) const {
  kube::ObjectMeta metadata = wanted_.metadata;
  // Other owners are theirs to decide: only who controls it is put right, in its place.
  metadata.owner_references = live.metadata.owner_references;
  for (kube::OwnerReference& owner : metadata.owner_references) {
    if (owner.controller.value_or(false)) owner = wanted_.metadata.owner_references.front();
  }
  const std::string now = decided_text(live.metadata, live.spec);
  if (now == decided_text(metadata, wanted_.spec)) return std::nullopt;
  // Only what was read is changed: an edit that came in between is looked at first.
  return json::merge_patch(now, decided_text(metadata, wanted_.spec, live.metadata.resource_version));
}

}  // namespace rotor::secrets::cluster
