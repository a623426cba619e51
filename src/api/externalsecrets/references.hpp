// How manifests of external-secrets.io point at things. https://external-secrets.io/latest/api/spec/
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "json/describe.hpp"
#include "kube/object/object.hpp"

namespace rotor::api::es {

using kube::StringMap;

inline constexpr std::string_view kGroup = "external-secrets.io";

// Schema limits shared by every reference; the short names are those of the published API.
inline constexpr std::string_view kSubdomainPattern =
    R"(^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$)";
inline constexpr std::string_view kLabelPattern = R"(^[a-z0-9]([-a-z0-9]*[a-z0-9])?$)";
inline constexpr std::string_view kSecretKeyPattern = R"(^[-._a-zA-Z0-9]+$)";

// One key of a Kubernetes Secret. `ns` counts only where the store is a ClusterSecretStore.
struct SecretKeySelector {
  std::string name;
  std::optional<std::string> ns;  // "namespace" on the wire
  std::string key;
  friend bool operator==(const SecretKeySelector&, const SecretKeySelector&) = default;
};

struct ServiceAccountSelector {
  std::string name;
  std::optional<std::string> ns;  // "namespace" on the wire
  std::vector<std::string> audiences;
  friend bool operator==(const ServiceAccountSelector&, const ServiceAccountSelector&) = default;
};

// Where a PEM bundle of certificate authorities lies.
struct CaProvider {
  std::string type;  // Secret, ConfigMap
  std::string name;
  std::string key;
  std::optional<std::string> ns;  // "namespace" on the wire
};

struct StoreRef {
  std::string name;
  std::string kind;  // SecretStore when empty
  friend bool operator==(const StoreRef&, const StoreRef&) = default;
};

struct GeneratorRef {
  std::string api_version;
  std::string kind;
  std::string name;
};

// What in the store is meant. The strategies are applied by the controller, the rest by the provider.
struct RemoteRef {
  std::string key;
  std::string property;
  std::string version;
  std::string metadata_policy;      // None (also when empty), Fetch
  std::string conversion_strategy;  // Default (also when empty), Unicode
  std::string decoding_strategy;    // None (also when empty), Base64, Base64URL, Auto
  std::string null_byte_policy;     // Ignore (also when empty), Fail

  bool fetches_metadata() const { return metadata_policy == "Fetch"; }
};

struct FindName {
  std::string regexp;
};
struct Find {
  std::optional<std::string> path;
  std::optional<FindName> name;
  std::optional<StringMap> tags;
  std::string conversion_strategy;
  std::string decoding_strategy;
  std::string null_byte_policy;
};

}  // namespace rotor::api::es

namespace rotor::json {
ROTOR_DESCRIBED(api::es::SecretKeySelector);
ROTOR_DESCRIBED(api::es::ServiceAccountSelector);
ROTOR_DESCRIBED(api::es::CaProvider);
ROTOR_DESCRIBED(api::es::StoreRef);
ROTOR_DESCRIBED(api::es::GeneratorRef);
ROTOR_DESCRIBED(api::es::RemoteRef);
ROTOR_DESCRIBED(api::es::FindName);
ROTOR_DESCRIBED(api::es::Find);
}  // namespace rotor::json
