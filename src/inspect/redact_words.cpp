#include "inspect/redact_words.hpp"

#include <algorithm>
#include <array>

#include "openclaw/builders/in_place.hpp"
#include "openclaw/last_good/record.hpp"
#include "openclaw/names.hpp"
#include "openclaw/proof/settings.hpp"
#include "secrets/marks.hpp"

namespace rotor::inspect::redact {
namespace {

// No `value`, `template`, `literal`, `args`, `command`, `url`, nor anything with a free text beneath.
constexpr auto kSettings = std::to_array<std::string_view>({
    // what objects are called and how they point at each other
    "apiVersion",
    "bindingName",
    "claimName",
    "configMapName",
    "existingClaim",
    "existingSecret",
    "fieldPath",
    "kind",
    "name",
    "namespace",
    "namespaces",
    "namespaceRegexes",
    "provisionedNamespaces",
    "secretName",
    "serviceAccountName",
    // what a secret is made of
    "conflictPolicy",
    "controller",
    "conversionStrategy",
    "creationPolicy",
    "decodingStrategy",
    "deletionPolicy",
    "duration",
    "engineVersion",
    "externalSecretName",
    "into",
    "key",
    "mergePolicy",
    "metadataPolicy",
    "nullBytePolicy",
    "path",
    "priority",
    "priorityPolicy",
    "property",
    "refreshInterval",
    "refreshPolicy",
    "refreshTime",
    "regexp",
    "resultType",
    "schedule",
    "secretKey",
    "strategy",
    "syncedResourceVersion",
    "templateAs",
    "type",
    "version",
    // how an agent runs
    "accessModes",
    "cpu",
    "digest",
    "image",
    "imagePullPolicy",
    "memory",
    "mergeMode",
    "mountPath",
    "protocol",
    "pullPolicy",
    "registry",
    "repository",
    "runtimeClassName",
    "size",
    "storageClass",
    "tag",
    // how it is
    "canvasEndpoint",
    "capabilities",
    "gatewayEndpoint",
    "lastReconcileTime",
    "lastTransitionTime",
    "message",
    "phase",
    "reason",
    "status",
});

constexpr auto kSettingsOfProviders = std::to_array<std::string_view>({
    "authType",
    "clusterLocation",
    "clusterName",
    "clusterProjectID",
    "config",
    "connectHost",
    "environmentType",
    "format",
    "gcpServiceAccountEmail",
    "key",
    "kind",
    "location",
    "mountPath",
    "name",
    "nameTransformer",
    "namespace",
    "path",
    "project",
    "projectID",
    "region",
    "remoteNamespace",
    "role",
    "secretVersionSelectionPolicy",
    "server",
    "service",
    "type",
    "url",
    "vaultRole",
    "vaultUrl",
    "version",
});

constexpr auto kOpaqueOfProviders =
    std::to_array<std::string_view>({"value", "valueMap", "headers", "labels", "annotations", "tags", "sessionTags",
                                     "customSessionTags", "credConfig", "awsSecurityCredentials", "audiences"});

constexpr auto kAnnotations = std::to_array<std::string_view>(
    {openclaw::kSecretHash, openclaw::kConfigHash, openclaw::kSecretRollout, openclaw::kSecretRolloutWindow,
     openclaw::kRollOnVolumes, openclaw::kAdopt, openclaw::kIgnoreRotation, openclaw::kTokenInConfig,
     openclaw::kSecretDelivery, openclaw::kSecretRollback, openclaw::kSecretProof, openclaw::kSecretProofUnknown,
     openclaw::kSecretProofDeadline, secrets::kDataHashAnnotation, "deployment.kubernetes.io/revision",
     "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"});

constexpr auto kLabels = std::to_array<std::string_view>(
    {"app.kubernetes.io/component", "app.kubernetes.io/instance", "app.kubernetes.io/managed-by",
     "app.kubernetes.io/name", "app.kubernetes.io/part-of", "app.kubernetes.io/version", "helm.sh/chart",
     "pod-template-hash", secrets::kManagedLabel, secrets::kOwnerLabel});

template <class Words>
bool holds(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace

bool is_setting(std::string_view field) { return holds(kSettings, field); }
bool is_setting_of_providers(std::string_view field) { return holds(kSettingsOfProviders, field); }
bool is_opaque_of_providers(std::string_view field) { return holds(kOpaqueOfProviders, field); }
bool is_setting_as_label(std::string_view name) { return holds(kLabels, name); }
bool is_setting_as_annotation(std::string_view name) { return holds(kAnnotations, name); }

}  // namespace rotor::inspect::redact
