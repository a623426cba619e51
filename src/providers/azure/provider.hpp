// Azure Key Vault.
#pragma once

#include <memory>

#include "providers/provider.hpp"

namespace rotor::providers::azure {

// For the registration table; the property under spec.provider is "azurekv".
std::unique_ptr<Provider> make_provider(const Services& services);

}  // namespace rotor::providers::azure
