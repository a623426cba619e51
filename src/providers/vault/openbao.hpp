// spec.provider.openBao: OpenBao, read only, as its own back end in today's operators reads it.
#pragma once

#include <memory>

#include "providers/provider.hpp"

namespace rotor::providers::vault {

// For the registration table; the property under spec.provider is "openBao".
std::unique_ptr<Provider> make_openbao_provider(const Services& services);

}  // namespace rotor::providers::vault
