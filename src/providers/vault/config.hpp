// The block under spec.provider.vault. https://external-secrets.io/latest/provider/hashicorp-vault/
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/externalsecrets/references.hpp"
#include "json/describe.hpp"
#include "providers/provider.hpp"

namespace rotor::providers::vault {

using api::es::SecretKeySelector;
using api::es::ServiceAccountSelector;

struct AppRoleAuth {
  std::string path;
  std::string role_id;  // wins over role_ref
  std::optional<SecretKeySelector> role_ref;
  SecretKeySelector secret_ref;
};

struct KubernetesAuth {
  std::string mount_path;
  std::string role;
  std::optional<ServiceAccountSelector> service_account;  // wins over secret_ref
  std::optional<SecretKeySelector> secret_ref;            // neither: the controller's own token
};

// LDAP and userpass.
struct PasswordAuth {
  std::string path;
  std::string username;
  SecretKeySelector secret_ref;
};

struct ServiceAccountTokenSource {
  ServiceAccountSelector service_account;
  std::optional<std::vector<std::string>> audiences;  // after the selector's own; absent: "vault"
  std::optional<std::int64_t> expiration_seconds;
};

struct JwtAuth {
  std::string path;
  std::string role;
  std::optional<SecretKeySelector> secret_ref;  // wins
  std::optional<ServiceAccountTokenSource> service_account_token;
};

struct CertAuth {
  std::string path;
  std::string vault_role;
  SecretKeySelector client_cert;
  SecretKeySelector secret_ref;  // the private key
};

struct AwsKeys {
  std::optional<SecretKeySelector> access_key_id;
  std::optional<SecretKeySelector> secret_access_key;
  std::optional<SecretKeySelector> session_token;
};
struct AwsAccount {
  std::optional<ServiceAccountSelector> service_account;
};
// Without jwt and secret_ref: the controller's own AWS identity.
struct IamAuth {
  std::string path;
  std::string region;
  std::string role;  // to assume first
  std::string vault_role;
  std::string external_id;
  std::string server_id;  // that the server insists on
  std::optional<AwsKeys> secret_ref;
  std::optional<AwsAccount> jwt;  // wins

  bool ambient() const { return !secret_ref && (!jwt || !jwt->service_account); }
};

struct GoogleKey {
  std::optional<SecretKeySelector> key;
};
struct GkeAccount {
  ServiceAccountSelector service_account;
  std::string cluster_location;
  std::string cluster_name;
  std::string cluster_project_id;
};
// Without secret_ref and workload_identity: the service account of the machine or pod.
struct GcpAuth {
  std::string path;
  std::string role;
  std::string project_id;
  std::string location;
  std::optional<GoogleKey> secret_ref;  // wins
  std::optional<GkeAccount> workload_identity;
  std::optional<ServiceAccountSelector> service_account;  // means the machine as well
};

// The first that is set is used, in this order.
struct Auth {
  std::optional<std::string> ns;  // for the login alone; empty is the root namespace
  std::optional<SecretKeySelector> token;
  std::optional<AppRoleAuth> app_role;
  std::optional<KubernetesAuth> kubernetes;
  std::optional<PasswordAuth> ldap;
  std::optional<PasswordAuth> user_pass;
  std::optional<JwtAuth> jwt;
  std::optional<CertAuth> cert;
  std::optional<IamAuth> iam;
  std::optional<GcpAuth> gcp;
};

struct ClientTls {
  std::optional<SecretKeySelector> cert;
  std::optional<SecretKeySelector> key;
};

struct CheckAndSet {
  bool required = false;
};

struct Config {
  std::string server;
  std::string path;     // of the KV mount; empty: remote keys begin with it
  std::string version;  // v2 (also when empty), v1
  std::string ns;
  std::string ca_bundle;
  std::optional<api::es::CaProvider> ca_provider;
  ClientTls tls;
  bool read_your_writes = false;
  bool forward_inconsistent = false;
  kube::StringMap headers;
  std::optional<CheckAndSet> check_and_set;
  std::optional<Auth> auth;  // absent: no login, something in front of the server adds the token

  bool v1() const { return version == "v1"; }
};

Result<Config> read_config(const Store& store);

// The defaults of the published API, for logins that no API server has completed.
void complete(Auth& auth);

// For what has no namespace of its own to point from: every reference lies where the consumer is, whatever it names.
void forget_namespaces(Config& config);

}  // namespace rotor::providers::vault

namespace rotor::json {
ROTOR_DESCRIBED(providers::vault::AppRoleAuth);
ROTOR_DESCRIBED(providers::vault::KubernetesAuth);
ROTOR_DESCRIBED(providers::vault::PasswordAuth);
ROTOR_DESCRIBED(providers::vault::ServiceAccountTokenSource);
ROTOR_DESCRIBED(providers::vault::JwtAuth);
ROTOR_DESCRIBED(providers::vault::CertAuth);
ROTOR_DESCRIBED(providers::vault::AwsKeys);
ROTOR_DESCRIBED(providers::vault::AwsAccount);
ROTOR_DESCRIBED(providers::vault::IamAuth);
ROTOR_DESCRIBED(providers::vault::GoogleKey);
ROTOR_DESCRIBED(providers::vault::GkeAccount);
ROTOR_DESCRIBED(providers::vault::GcpAuth);
ROTOR_DESCRIBED(providers::vault::Auth);
ROTOR_DESCRIBED(providers::vault::ClientTls);
ROTOR_DESCRIBED(providers::vault::CheckAndSet);
ROTOR_DESCRIBED(providers::vault::Config);
}  // namespace rotor::json
