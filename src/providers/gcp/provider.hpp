// Google Cloud Secret Manager. Reading; pushing comes later.
#pragma once

#include <memory>

#include "providers/provider.hpp"

namespace rotor::providers::gcp {

// For the registration table; the property under spec.provider is "gcpsm".
std::unique_ptr<Provider> make_provider(const Services& services);

}  // namespace rotor::providers::gcp
