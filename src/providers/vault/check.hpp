// What is wrong with a store's block, as far as reading it shows. Pure.
#pragma once

#include "net/url.hpp"
#include "providers/services.hpp"
#include "providers/vault/config.hpp"

namespace rotor::providers::vault {

enum class Method : std::uint8_t { kToken, kAppRole, kKubernetes, kLdap, kUserPass, kJwt, kCert, kIam, kGcp };

// The methods of the block in the order in which the first one is used.
std::vector<Method> methods_of(const Auth& auth);
std::string_view field_of(Method method);  // "tokenSecretRef"

// Refuses what can never work; the warnings for the admission answer.
Result<std::vector<std::string>> check_config(const Store& store, const Config& config, PlainHttp plain);

// A ClusterSecretStore of this block logs in with what its consumer's namespace holds.
bool depends_on_consumer(const Config& config);

}  // namespace rotor::providers::vault
