// AWS: Secrets Manager and Systems Manager Parameter Store.
#pragma once

#include <memory>

#include "providers/provider.hpp"

namespace rotor::providers::aws {

// For the registration table; the property under spec.provider is "aws".
std::unique_ptr<Provider> make_provider(const Services& services);

}  // namespace rotor::providers::aws
