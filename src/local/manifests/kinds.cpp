#include "local/manifests/kinds.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/nearest.hpp"

namespace rotor::local {
namespace {

using kube::Resource;
using To = Belonging::To;

constexpr std::string_view kExternalSecrets = "external-secrets.io";
constexpr std::string_view kOpenClaw = "openclaw.rocks";
constexpr std::string_view kGenerators = "generators.external-secrets.io";

// The newest version of a kind first: it is the one to be named.
constexpr auto kKinds = std::to_array<Resource>({
    {"", "v1", "namespaces", "Namespace", false},
    {"", "v1", "secrets", "Secret"},
    {"", "v1", "configmaps", "ConfigMap"},
    {"", "v1", "serviceaccounts", "ServiceAccount"},
    {"", "v1", "services", "Service"},
    {"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"},
    {"apps", "v1", "statefulsets", "StatefulSet"},
    {"apps", "v1", "deployments", "Deployment"},
    {"rbac.authorization.k8s.io", "v1", "roles", "Role"},
    {"rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding"},
    {"rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false},
    {"rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", false},
    {"networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy"},
    {"networking.k8s.io", "v1", "ingresses", "Ingress"},
    {"policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget"},
    {"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false},
    {kExternalSecrets, "v1", "secretstores", "SecretStore"},
    {kExternalSecrets, "v1beta1", "secretstores", "SecretStore"},
    {kExternalSecrets, "v1", "clustersecretstores", "ClusterSecretStore", false},
    {kExternalSecrets, "v1beta1", "clustersecretstores", "ClusterSecretStore", false},
    {kExternalSecrets, "v1", "externalsecrets", "ExternalSecret"},
    {kExternalSecrets, "v1beta1", "externalsecrets", "ExternalSecret"},
    {kExternalSecrets, "v1", "clusterexternalsecrets", "ClusterExternalSecret", false},
    {kExternalSecrets, "v1beta1", "clusterexternalsecrets", "ClusterExternalSecret", false},
    {kGenerators, "v1alpha1", "clustergenerators", "ClusterGenerator", false},
    {kGenerators, "v1alpha1", "fakes", "Fake"},
    {kGenerators, "v1alpha1", "passwords", "Password"},
    {kGenerators, "v1alpha1", "sshkeys", "SSHKey"},
    {kGenerators, "v1alpha1", "uuids", "UUID"},
    {kGenerators, "v1alpha1", "vaultdynamicsecrets", "VaultDynamicSecret"},
    {kGenerators, "v1alpha1", "webhooks", "Webhook"},
    {kGenerators, "v1alpha1", "acraccesstokens", "ACRAccessToken"},
    {kGenerators, "v1alpha1", "beyondtrustworkloadcredentialsdynamicsecrets",
     "BeyondtrustWorkloadCredentialsDynamicSecret"},
    {kGenerators, "v1alpha1", "cloudsmithaccesstokens", "CloudsmithAccessToken"},
    {kGenerators, "v1alpha1", "ecrauthorizationtokens", "ECRAuthorizationToken"},
    {kGenerators, "v1alpha1", "gcraccesstokens", "GCRAccessToken"},
    {kGenerators, "v1alpha1", "githubaccesstokens", "GithubAccessToken"},
    {kGenerators, "v1alpha1", "gitlabdeploytokens", "GitlabDeployToken"},
    {kGenerators, "v1alpha1", "grafanas", "Grafana"},
    {kGenerators, "v1alpha1", "mfas", "MFA"},
    {kGenerators, "v1alpha1", "quayaccesstokens", "QuayAccessToken"},
    {kGenerators, "v1alpha1", "stssessiontokens", "STSSessionToken"},
    {kOpenClaw, "v1alpha1", "openclawinstances", "OpenClawInstance"},
});

// Kinds of the same groups that nobody misspells ours as.
constexpr std::array<std::string_view, 3> kNeighbours = {"PushSecret", "ClusterPushSecret", "OpenClawSelfConfig"};

bool is_own_group(std::string_view group) {
  return group == kExternalSecrets || group == kOpenClaw || group == kGenerators;
}

std::string_view group_of(std::string_view api_version) {
  const auto slash = api_version.find('/');
  if (slash != std::string_view::npos) return api_version.substr(0, slash);
  return api_version.contains('.') ? api_version : std::string_view{};  // the version was forgotten
}

const Resource* own_kind(std::string_view kind) {
  const auto it =
      std::ranges::find_if(kKinds, [kind](const Resource& r) { return is_own_group(r.group) && r.kind == kind; });
  return it == kKinds.end() ? nullptr : &*it;
}

// The kind of ours that was probably meant; null when none is near.
const Resource* meant_kind(std::string_view kind) {
  if (std::ranges::find(kNeighbours, kind) != kNeighbours.end()) return nullptr;
  std::vector<std::string> names;
  for (const Resource& r : kKinds) {
    if (is_own_group(r.group)) names.emplace_back(r.kind);
  }
  const auto name = nearest(kind, names);
  return name ? own_kind(*name) : nullptr;
}

bool is_own_or_near(std::string_view group) {
  static const std::vector<std::string> kGroups = {std::string(kExternalSecrets), std::string(kOpenClaw),
                                                   std::string(kGenerators)};
  return nearest(group, kGroups).has_value();
}

// `configmap` and `ConfigMaps`, where the version is right.
const Resource* same_but_for_letters(std::string_view api_version, std::string_view kind) {
  const std::string written = ascii_lower(kind);
  const auto it = std::ranges::find_if(kKinds, [&](const Resource& r) {
    return r.api_version() == api_version && (written == ascii_lower(r.kind) || written == r.plural);
  });
  return it == kKinds.end() ? nullptr : &*it;
}

std::string did_you_mean(std::string_view api_version, std::string_view kind, const Resource& meant) {
  if (api_version.empty()) {
    return fmt::format("apiVersion is missing; did you mean `apiVersion: {}`, `kind: {}`?", meant.api_version(),
                       meant.kind);
  }
  std::string right;
  const bool served = std::ranges::any_of(
      kKinds, [&](const Resource& r) { return r.kind == meant.kind && r.api_version() == api_version; });
  if (!served) right = fmt::format("`apiVersion: {}`", meant.api_version());
  if (meant.kind != kind) right += fmt::format("{}`kind: {}`", right.empty() ? "" : ", ", meant.kind);
  return fmt::format("{} of {} is not a kind that Rotor serves; did you mean {}?", kind, api_version, right);
}

std::string kinds_of(std::string_view api_version) {
  std::string out;
  for (const Resource& r : kKinds) {
    if (r.group != group_of(api_version) || out.contains(r.kind)) continue;
    out += fmt::format("{}{}", out.empty() ? "" : ", ", r.kind);
  }
  return out;
}

Belonging mistake(std::string what) { return {To::kMistake, std::move(what)}; }

// Not served as it stands: somebody else's, or ours with a slip.
Belonging belonging_of_unserved(std::string_view api_version, std::string_view kind) {
  const std::string_view group = group_of(api_version);
  if (kind.empty()) {
    if (!is_own_group(group)) return {To::kOthers, {}};
    return mistake(fmt::format("kind is missing; {} has {}", api_version, kinds_of(api_version)));
  }
  const bool not_foreign = group.empty() || is_own_or_near(group);
  if (const Resource* meant = meant_kind(kind); meant != nullptr && not_foreign) {
    // Kinds of the core group are nobody's slip: only the very name counts there.
    const bool sure = is_own_or_near(group) || meant->kind == kind || ascii_lower(kind) == ascii_lower(meant->kind) ||
                      ascii_lower(kind) == meant->plural;
    if (sure) return mistake(did_you_mean(api_version, kind, *meant));
  }
  if (const Resource* meant = same_but_for_letters(api_version, kind); meant != nullptr) {
    return mistake(did_you_mean(api_version, kind, *meant));
  }
  return {To::kOthers, std::string(kind)};
}

// Calls `visit` with what stands after each `key:`, however it is quoted.
template <class Visit>
bool any_value_of(std::string_view text, std::string_view key, Visit visit) {
  constexpr std::string_view kBetween = " \t\"':";
  for (auto at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    const std::string_view after = text.substr(at + key.size());
    const auto value = after.find_first_not_of(kBetween);
    if (value == std::string_view::npos || !after.substr(0, value).contains(':')) continue;
    const std::string_view rest = after.substr(value);
    if (visit(rest.substr(0, rest.find_first_of(" \t\r\n\"',}")))) return true;
  }
  return false;
}

}  // namespace

std::optional<Resource> resource_of(std::string_view api_version, std::string_view kind) {
  const auto it =
      std::ranges::find_if(kKinds, [&](const Resource& r) { return r.kind == kind && r.api_version() == api_version; });
  return it == kKinds.end() ? std::nullopt : std::optional(*it);
}

Belonging belonging_of(const json::Value& document) {
  if (!document.is_object()) return {To::kOthers, {}};
  const std::string_view api_version = json::find_string(document, "apiVersion");
  const std::string_view kind = json::find_string(document, "kind");
  if (!resource_of(api_version, kind)) return belonging_of_unserved(api_version, kind);
  if (json::find_string(document, "metadata.name").empty()) return mistake("metadata.name is missing");
  return {};
}

bool mentions_our_kinds(std::string_view text) {
  const auto is_own = [](std::string_view api_version) {
    return is_own_group(group_of(api_version)) ||
           std::ranges::any_of(kKinds, [api_version](const Resource& r) { return r.api_version() == api_version; });
  };
  const auto is_served = [](std::string_view kind) {
    return std::ranges::any_of(kKinds, [kind](const Resource& r) { return r.kind == kind; });
  };
  return any_value_of(text, "apiVersion", is_own) || any_value_of(text, "kind", is_served);
}

}  // namespace rotor::local
