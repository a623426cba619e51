// VaultDynamicSecret: what Vault answers at any of its paths.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/externalsecrets/store.hpp"
#include "json/describe.hpp"

namespace rotor::api::gen {

struct VaultDynamicSecretSpec {
  std::string controller;
  std::string path;                     // below /v1/
  std::string method;                   // GET (also when empty), LIST, DELETE; anything else writes
  std::optional<json::Raw> parameters;  // body of a write
  std::map<std::string, std::vector<std::string>, std::less<>> get_parameters;
  std::string result_type;  // Data (also when empty), Auth, Raw
  bool allow_empty_response = false;
  std::optional<json::Raw> provider;  // as spec.provider.vault of a store
  std::optional<es::RetrySettings> retry_settings;
};

}  // namespace rotor::api::gen

namespace rotor::json {
ROTOR_DESCRIBED(api::gen::VaultDynamicSecretSpec);
}  // namespace rotor::json
