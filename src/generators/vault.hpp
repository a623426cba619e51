// The VaultDynamicSecret generator: one call of Vault.
#pragma once

#include <memory>

#include "base/pool.hpp"
#include "generators/generator.hpp"
#include "providers/services.hpp"

namespace rotor::generators {

std::unique_ptr<Generator> make_vault(const providers::Services& services, Pool& pool);

}  // namespace rotor::generators
