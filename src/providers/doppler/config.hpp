// The block under spec.provider.doppler. https://external-secrets.io/latest/provider/doppler/
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/externalsecrets/references.hpp"
#include "json/describe.hpp"
#include "providers/provider.hpp"

namespace rotor::providers::doppler {

struct SecretRefAuth {
  api::es::SecretKeySelector token;  // the key is dopplerToken when it is not given
};

struct OidcConfig {
  std::string identity;
  api::es::ServiceAccountSelector service_account;
  std::int64_t expiration_seconds = 0;  // of the ServiceAccount's token
};

struct Auth {
  std::optional<SecretRefAuth> secret_ref;
  std::optional<OidcConfig> oidc;
};

struct Config {
  Auth auth;
  std::string project;  // a service token names both by itself
  std::string config;
  std::string name_transformer;
  std::string format;
};

inline constexpr std::string_view kTokenField = "spec.provider.doppler.auth.secretRef.dopplerToken";

Result<Config> read_config(const Store& store);

// Static checks; no I/O.
Result<void> check_config(const Store& store, const Config& config);

// Where Doppler is: DOPPLER_BASE_URL of the controller, or its public address. Without a slash at its end.
Result<std::string> base_url(const EnvironmentVariables& environment, PlainHttp plain);

}  // namespace rotor::providers::doppler

namespace rotor::json {
ROTOR_DESCRIBED(providers::doppler::SecretRefAuth);
ROTOR_DESCRIBED(providers::doppler::OidcConfig);
ROTOR_DESCRIBED(providers::doppler::Auth);
ROTOR_DESCRIBED(providers::doppler::Config);
}  // namespace rotor::json
