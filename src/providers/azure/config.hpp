// The block under spec.provider.azurekv. https://external-secrets.io/latest/provider/azure-key-vault/
#pragma once

#include <optional>
#include <string>

#include "api/externalsecrets/references.hpp"
#include "json/describe.hpp"
#include "providers/provider.hpp"

namespace rotor::providers::azure {

using api::es::SecretKeySelector;
using api::es::ServiceAccountSelector;

struct AuthSecretRef {
  std::optional<SecretKeySelector> client_id;
  std::optional<SecretKeySelector> tenant_id;  // WorkloadIdentity only
  std::optional<SecretKeySelector> client_secret;
  std::optional<SecretKeySelector> client_certificate;
};

struct CustomCloudConfig {
  std::string active_directory_endpoint;
  std::string key_vault_endpoint;
  std::string key_vault_dns_suffix;       // read and kept; nothing of ours needs it
  std::string resource_manager_endpoint;  // likewise
};

struct Config {
  std::optional<std::string> auth_type;  // ServicePrincipal when absent
  std::string vault_url;
  std::string tenant_id;
  std::string environment_type;  // PublicCloud when empty
  std::optional<AuthSecretRef> auth_secret_ref;
  std::optional<ServiceAccountSelector> service_account_ref;
  std::string identity_id;     // ManagedIdentity: the client ID of a user-assigned one
  bool use_azure_sdk = false;  // there is one client here; it only decides what else may be set
  std::optional<CustomCloudConfig> custom_cloud_config;

  std::string auth() const { return auth_type.value_or("ServicePrincipal"); }
  // The process's own identity, not one that the manifest names.
  bool ambient() const;
  // A ClusterSecretStore whose credentials depend on the consumer's namespace.
  bool referent() const;
};

Result<Config> read_config(const Store& store);

// Static checks; no I/O. The warnings are for who applies the store.
Result<std::vector<std::string>> check_config(const Store& store, const Config& config);

}  // namespace rotor::providers::azure

namespace rotor::json {
ROTOR_DESCRIBED(providers::azure::AuthSecretRef);
ROTOR_DESCRIBED(providers::azure::CustomCloudConfig);
ROTOR_DESCRIBED(providers::azure::Config);
}  // namespace rotor::json
