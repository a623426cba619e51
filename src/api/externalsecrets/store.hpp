// SecretStore and ClusterSecretStore (external-secrets.io/v1): where a back end is and how to log in to it.
// https://external-secrets.io/latest/api/secretstore/
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/externalsecrets/references.hpp"
#include "base/duration.hpp"
#include "json/describe.hpp"
#include "kube/object/object.hpp"

namespace rotor::api::es {

struct RetrySettings {
  std::optional<std::int32_t> max_retries;
  std::optional<std::string> retry_interval;
};

// Who may use a ClusterSecretStore: any member of any condition is enough.
struct StoreCondition {
  std::optional<kube::LabelSelector> namespace_selector;
  std::vector<std::string> namespaces;
  std::vector<std::string> namespace_regexes;
};

struct StoreSpec {
  std::string controller;
  std::map<std::string, json::Raw, std::less<>> provider;  // exactly one; its block is the provider's to read
  std::optional<RetrySettings> retry_settings;
  std::optional<json::Raw> refresh_interval;  // integer seconds or duration text
  std::vector<StoreCondition> conditions;
};

struct StoreStatus {
  std::vector<kube::Condition> conditions;
  std::string capabilities;
};

struct SecretStore {
  std::string api_version = "external-secrets.io/v1";
  std::string kind = "SecretStore";
  kube::ObjectMeta metadata;
  StoreSpec spec;
  StoreStatus status;
};

// The same kind without a namespace.
struct ClusterSecretStore {
  std::string api_version = "external-secrets.io/v1";
  std::string kind = "ClusterSecretStore";
  kube::ObjectMeta metadata;
  StoreSpec spec;
  StoreStatus status;
};

// Zero when absent. kInvalid: `invalid refreshInterval "10": …`, `invalid refreshInterval -1: must not be negative`.
Result<Duration> parse_store_interval(const std::optional<json::Raw>& value);

namespace v1beta1 {
struct StoreSpec : es::StoreSpec {};
struct SecretStore {
  std::string api_version = "external-secrets.io/v1beta1";
  std::string kind = "SecretStore";
  kube::ObjectMeta metadata;
  StoreSpec spec;
  StoreStatus status;
};
struct ClusterSecretStore {
  std::string api_version = "external-secrets.io/v1beta1";
  std::string kind = "ClusterSecretStore";
  kube::ObjectMeta metadata;
  StoreSpec spec;
  StoreStatus status;
};
}  // namespace v1beta1

}  // namespace rotor::api::es

namespace rotor::kube {
template <>
inline constexpr Resource kResource<api::es::SecretStore> = {api::es::kGroup, "v1", "secretstores", "SecretStore",
                                                             true};
template <>
inline constexpr Resource kResource<api::es::ClusterSecretStore> = {api::es::kGroup, "v1", "clustersecretstores",
                                                                    "ClusterSecretStore", false};
template <>
inline constexpr Resource kResource<api::es::v1beta1::SecretStore> = {api::es::kGroup, "v1beta1", "secretstores",
                                                                      "SecretStore", true};
template <>
inline constexpr Resource kResource<api::es::v1beta1::ClusterSecretStore> = {
    api::es::kGroup, "v1beta1", "clustersecretstores", "ClusterSecretStore", false};
}  // namespace rotor::kube

namespace rotor::json {
ROTOR_DESCRIBED(api::es::RetrySettings);
ROTOR_DESCRIBED(api::es::StoreCondition);
ROTOR_DESCRIBED(api::es::StoreSpec);
ROTOR_DESCRIBED(api::es::StoreStatus);
ROTOR_DESCRIBED(api::es::SecretStore);
ROTOR_DESCRIBED(api::es::ClusterSecretStore);
ROTOR_DESCRIBED(api::es::v1beta1::StoreSpec);
ROTOR_DESCRIBED(api::es::v1beta1::SecretStore);
ROTOR_DESCRIBED(api::es::v1beta1::ClusterSecretStore);
}  // namespace rotor::json
