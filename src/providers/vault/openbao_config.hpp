// The block under spec.provider.openBao: the part of Vault's that OpenBao's own back end has, with rules of its own.
// https://external-secrets.io/latest/api/spec/#external-secrets.io/v1.OpenBaoProvider
#pragma once

#include <optional>
#include <string>

#include "providers/services.hpp"
#include "providers/vault/config.hpp"

namespace rotor::providers::vault {

// The logins of Vault that OpenBao's own back end has: some of the fields, described where Vault's are.
struct OpenBaoAuth : Auth {};

struct OpenBaoConfig {
  std::string server;
  std::string path;     // of the KV mount; kv when empty
  std::string version;  // v2 (also when empty), v1
  std::string ns;
  std::string ca_bundle;
  std::optional<api::es::CaProvider> ca_provider;
  std::optional<OpenBaoAuth> auth;
};

Result<OpenBaoConfig> read_openbao_config(const Store& store);

// As the block of a Vault store that says the same. A certificate authority of a ClusterSecretStore that names no
// namespace lies in `consumer_ns`.
Config as_vault(const OpenBaoConfig& config, const Store& store, const std::string& consumer_ns);

// Refuses what can never work.
Result<void> check_openbao(const Store& store, const OpenBaoConfig& config, PlainHttp plain);

// A ClusterSecretStore of this block needs what its consumer's namespace holds.
bool openbao_depends_on_consumer(const OpenBaoConfig& config, const Store& store);

// An error of Vault's workshop, which speaks of Vault's fields.
Error of_openbao(Error error);

}  // namespace rotor::providers::vault

namespace rotor::json {
ROTOR_DESCRIBED(providers::vault::OpenBaoAuth);
ROTOR_DESCRIBED(providers::vault::OpenBaoConfig);
}  // namespace rotor::json
