// What a call of Vault means to a VaultDynamicSecret. Pure.
#pragma once

#include <optional>

#include "api/generators/vault_dynamic_secret.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "net/http.hpp"

namespace rotor::generators {

// The members of the part that spec.resultType selects. Nullopt: the answer is empty.
Result<std::optional<SecretMap>> dynamic_values(const api::gen::VaultDynamicSecretSpec& spec,
                                                const net::Response& response);

}  // namespace rotor::generators
