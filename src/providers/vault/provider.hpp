// spec.provider.vault: HashiCorp Vault. Reading; pushing comes later.
#pragma once

#include <memory>

#include "providers/provider.hpp"

namespace rotor::providers::vault {

// For the registration table; the property under spec.provider is "vault".
std::unique_ptr<Provider> make_provider(const Services& services);

}  // namespace rotor::providers::vault
