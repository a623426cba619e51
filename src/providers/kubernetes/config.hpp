// The block under spec.provider.kubernetes.
#pragma once

#include <optional>
#include <string>

#include "api/externalsecrets/references.hpp"
#include "json/describe.hpp"
#include "providers/provider.hpp"

namespace rotor::providers::kubernetes {

using api::es::SecretKeySelector;

struct Server {
  std::string url;
  std::string ca_bundle;  // base64 of PEM
  std::optional<api::es::CaProvider> ca_provider;
};
struct TokenAuth {
  SecretKeySelector bearer_token;
};
struct CertAuth {
  SecretKeySelector client_cert;
  SecretKeySelector client_key;
};
struct Auth {
  std::optional<CertAuth> cert;
  std::optional<TokenAuth> token;
  std::optional<api::es::ServiceAccountSelector> service_account;
};
struct Config {
  Server server;
  std::optional<Auth> auth;
  std::optional<SecretKeySelector> auth_ref;  // a kubeconfig
  std::string remote_namespace;

  std::string ns() const { return remote_namespace.empty() ? "default" : remote_namespace; }
};

inline constexpr std::string_view kServerField = "spec.provider.kubernetes.server.url";

Result<Config> read_config(const Store& store);
// Static checks, no I/O; the warnings for the admission answer.
Result<std::vector<std::string>> validate_config(const Store& store, const Config& config, PlainHttp plain);
// The address to connect to: https unless it says otherwise, kubernetes.default when there is none.
std::string server_url(const Config& config);

}  // namespace rotor::providers::kubernetes

namespace rotor::json {
ROTOR_DESCRIBED(providers::kubernetes::Server);
ROTOR_DESCRIBED(providers::kubernetes::TokenAuth);
ROTOR_DESCRIBED(providers::kubernetes::CertAuth);
ROTOR_DESCRIBED(providers::kubernetes::Auth);
ROTOR_DESCRIBED(providers::kubernetes::Config);
}  // namespace rotor::json
