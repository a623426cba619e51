// The block under spec.provider.aws. https://external-secrets.io/latest/provider/aws-secrets-manager/
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/externalsecrets/references.hpp"
#include "json/describe.hpp"
#include "providers/common/retry.hpp"
#include "providers/provider.hpp"

namespace rotor::providers::aws {

using api::es::SecretKeySelector;
using api::es::ServiceAccountSelector;

// The services that are read; `service` of the CRD knows one more.
inline constexpr std::string_view kSecretsManagerService = "SecretsManager";
inline constexpr std::string_view kParameterStoreService = "ParameterStore";

struct SecretRefAuth {
  std::optional<SecretKeySelector> access_key_id;
  std::optional<SecretKeySelector> secret_access_key;
  std::optional<SecretKeySelector> session_token;
};

struct JwtAuth {
  std::optional<ServiceAccountSelector> service_account;
};

struct Auth {
  std::optional<SecretRefAuth> secret_ref;
  std::optional<JwtAuth> jwt;  // wins over secret_ref
};

struct SessionTag {
  std::string key;
  std::string value;
};

struct SecretsManagerOptions {
  bool force_delete = false;
  std::int64_t recovery_window_days = 0;  // 0: the service's default
};

struct Config {
  std::string service;
  std::string region;
  std::optional<Auth> auth;
  std::string role;                           // assumed last
  std::vector<std::string> additional_roles;  // assumed before it, in order
  std::string external_id;
  std::vector<SessionTag> session_tags;
  std::vector<std::optional<std::string>> transitive_tag_keys;
  std::string session_tags_policy;  // None (also when empty), Simple, Custom
  kube::StringMap custom_session_tags;
  std::string prefix;
  std::optional<SecretsManagerOptions> secrets_manager;

  bool ambient() const { return !auth || (!auth->jwt && !auth->secret_ref); }
  // A ClusterSecretStore whose credentials depend on the consumer's namespace.
  bool referent() const;
};

Result<Config> read_config(const Store& store);

// Static checks; no I/O.
Result<void> check_config(const Store& store, const Config& config,
                          const std::function<std::optional<std::string>(std::string_view)>& environment);

// The tags of the session of `role`, sorted by key.
std::vector<SessionTag> effective_tags(const Config& config, const Store& store, std::string_view consumer_ns);

// spec.retrySettings. The error is the one users of the existing operator know.
Result<RetryPolicy> retries(const Store& store);

}  // namespace rotor::providers::aws

namespace rotor::json {
ROTOR_DESCRIBED(providers::aws::SecretRefAuth);
ROTOR_DESCRIBED(providers::aws::JwtAuth);
ROTOR_DESCRIBED(providers::aws::Auth);
ROTOR_DESCRIBED(providers::aws::SessionTag);
ROTOR_DESCRIBED(providers::aws::SecretsManagerOptions);
ROTOR_DESCRIBED(providers::aws::Config);
}  // namespace rotor::json
