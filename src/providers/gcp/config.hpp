// The block under spec.provider.gcpsm. https://external-secrets.io/latest/provider/google-secrets-manager/
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/externalsecrets/references.hpp"
#include "json/describe.hpp"
#include "providers/provider.hpp"

namespace rotor::providers::gcp {

using api::es::SecretKeySelector;
using api::es::ServiceAccountSelector;

struct SecretRefAuth {
  std::optional<SecretKeySelector> key;  // the JSON file of a service account's key
};

// GKE: the token of a ServiceAccount, exchanged by the cluster's own pool.
struct WorkloadIdentity {
  ServiceAccountSelector service_account;
  std::string cluster_location;
  std::string cluster_name;
  std::string cluster_project_id;
};

struct ConfigMapKey {
  std::string name;
  std::string key;
  std::optional<std::string> ns;  // "namespace" on the wire
};

struct AwsKeysRef {
  std::string name;
  std::optional<std::string> ns;  // "namespace" on the wire
};
struct AwsSecurityCredentials {
  std::string region;
  AwsKeysRef keys;
};

// A pool outside of GKE; exactly one of the first three says who we are.
struct Federation {
  std::optional<ConfigMapKey> cred_config;  // JSON of type external_account
  std::optional<ServiceAccountSelector> service_account;
  std::optional<AwsSecurityCredentials> aws;
  std::string audience;
  std::string external_token_endpoint;
  std::string gcp_service_account_email;  // to impersonate
};

struct Auth {
  std::optional<SecretRefAuth> secret_ref;
  std::optional<WorkloadIdentity> workload_identity;
  std::optional<Federation> federation;
};

enum class Method : std::uint8_t { kKey, kWorkloadIdentity, kFederation, kAmbient };

struct Config {
  std::optional<Auth> auth;
  std::string project_id;
  std::string location;
  std::string version_policy;  // LatestOrFail (also when empty or unknown), LatestOrFetch

  Method method() const;  // the first that is configured
  bool fetches_enabled() const { return version_policy == "LatestOrFetch"; }
  // A ClusterSecretStore whose credentials depend on the consumer's namespace.
  bool referent() const;
};

// May it name a region or location? It becomes part of a host name.
bool is_region(std::string_view text);

Result<Config> read_config(const Store& store);

// Static checks, no I/O; the warnings for the admission answer.
Result<std::vector<std::string>> check_config(const Store& store, const Config& config);

}  // namespace rotor::providers::gcp

namespace rotor::json {
ROTOR_DESCRIBED(providers::gcp::SecretRefAuth);
ROTOR_DESCRIBED(providers::gcp::WorkloadIdentity);
ROTOR_DESCRIBED(providers::gcp::ConfigMapKey);
ROTOR_DESCRIBED(providers::gcp::AwsKeysRef);
ROTOR_DESCRIBED(providers::gcp::AwsSecurityCredentials);
ROTOR_DESCRIBED(providers::gcp::Federation);
ROTOR_DESCRIBED(providers::gcp::Auth);
ROTOR_DESCRIBED(providers::gcp::Config);
}  // namespace rotor::json
