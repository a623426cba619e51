// The provider of `rotor run --values FILE`: it stands in for every store of every provider, validation and login
// included.
#pragma once

#include <memory>
#include <string>

#include "local/values/values.hpp"
#include "providers/provider.hpp"

namespace rotor::local {

// Reads `values` at every call, so that a saved file is a rotation. `values` outlives the provider.
std::unique_ptr<providers::Provider> make_values_provider(const Values& values);

// The client of one store.
std::unique_ptr<providers::SecretsClient> make_values_client(const Values& values, std::string store);

}  // namespace rotor::local
