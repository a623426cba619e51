// ClusterExternalSecret (external-secrets.io/v1): one ExternalSecret in each of many namespaces.
// https://external-secrets.io/latest/api/clusterexternalsecret/
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/externalsecrets/external_secret.hpp"
#include "api/externalsecrets/external_secret_v1beta1.hpp"

namespace rotor::api::es {

struct ChildMetadata {
  kube::StringMap labels;
  kube::StringMap annotations;
};

// Where the children are, and what they are called; the same in every version.
struct Spread {
  std::string external_secret_name;  // the ClusterExternalSecret's when empty
  std::optional<ChildMetadata> external_secret_metadata;
  std::optional<kube::LabelSelector> namespace_selector;
  std::vector<kube::LabelSelector> namespace_selectors;
  std::vector<std::string> namespaces;
  std::optional<std::string> refresh_time;  // duration text
};

struct ClusterExternalSecretSpec : Spread {
  ExternalSecretSpec external_secret_spec;
};

struct FailedNamespace {
  std::string ns;  // "namespace" on the wire
  std::string reason;
  friend bool operator==(const FailedNamespace&, const FailedNamespace&) = default;
};

// Neither a reason nor a time: the published API has none here.
struct ClusterCondition {
  std::string type;
  std::string status;
  std::string message;
  friend bool operator==(const ClusterCondition&, const ClusterCondition&) = default;
};

struct ClusterExternalSecretStatus {
  std::string external_secret_name;
  std::vector<FailedNamespace> failed_namespaces;
  std::vector<std::string> provisioned_namespaces;
  std::vector<ClusterCondition> conditions;
  friend bool operator==(const ClusterExternalSecretStatus&, const ClusterExternalSecretStatus&) = default;
};

struct ClusterExternalSecret {
  std::string api_version = "external-secrets.io/v1";
  std::string kind = "ClusterExternalSecret";
  kube::ObjectMeta metadata;
  ClusterExternalSecretSpec spec;
  ClusterExternalSecretStatus status;

  const std::string& child_name() const {
    return spec.external_secret_name.empty() ? metadata.name : spec.external_secret_name;
  }
};

namespace v1beta1 {
// Only its schema is needed: the controllers read v1 alone.
struct ClusterExternalSecretSpec : Spread {
  ExternalSecretSpec external_secret_spec;
};
}  // namespace v1beta1

}  // namespace rotor::api::es

namespace rotor::kube {
template <>
inline constexpr Resource kResource<api::es::ClusterExternalSecret> = {api::es::kGroup, "v1", "clusterexternalsecrets",
                                                                       "ClusterExternalSecret", false};
}  // namespace rotor::kube

namespace rotor::json {
ROTOR_DESCRIBED(api::es::ChildMetadata);
ROTOR_DESCRIBED(api::es::ClusterExternalSecretSpec);
ROTOR_DESCRIBED(api::es::FailedNamespace);
ROTOR_DESCRIBED(api::es::ClusterCondition);
ROTOR_DESCRIBED(api::es::ClusterExternalSecretStatus);
ROTOR_DESCRIBED(api::es::ClusterExternalSecret);
ROTOR_DESCRIBED(api::es::v1beta1::ClusterExternalSecretSpec);
}  // namespace rotor::json
