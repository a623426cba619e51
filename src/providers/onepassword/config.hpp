// The block under spec.provider.onepassword. https://external-secrets.io/latest/provider/1password-automation/
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "api/externalsecrets/references.hpp"
#include "json/describe.hpp"
#include "providers/provider.hpp"

namespace rotor::providers::onepassword {

struct SecretRefAuth {
  api::es::SecretKeySelector connect_token;
};
struct Auth {
  SecretRefAuth secret_ref;
};
struct Config {
  std::string connect_host;                                 // without /v1; a path in front of it is kept
  std::map<std::string, std::int64_t, std::less<>> vaults;  // name or id → priority
  Auth auth;

  // The lowest number first.
  std::vector<std::string> vaults_in_order() const;
};

inline constexpr std::string_view kTokenField = "spec.provider.onepassword.auth.secretRef.connectTokenSecretRef";

Result<Config> read_config(const Store& store);

// Static checks; no I/O.
Result<void> check_config(const Store& store, const Config& config, PlainHttp plain);

// 26 lower-case letters and digits: how 1Password writes the ids of vaults and items. A title may look like one.
bool looks_like_id(std::string_view text);

}  // namespace rotor::providers::onepassword

namespace rotor::json {
ROTOR_DESCRIBED(providers::onepassword::SecretRefAuth);
ROTOR_DESCRIBED(providers::onepassword::Auth);
ROTOR_DESCRIBED(providers::onepassword::Config);
}  // namespace rotor::json
