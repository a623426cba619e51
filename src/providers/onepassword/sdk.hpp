// spec.provider.onepasswordSDK: 1Password by a service account's token. Its protocol is inside the vendor's own library
// alone, so such a store is accepted, is never Ready, and says what to use.
#pragma once

#include <memory>

#include "providers/provider.hpp"

namespace rotor::providers::onepassword {

// For the registration table; the property under spec.provider is "onepasswordSDK".
std::unique_ptr<Provider> make_sdk_provider(const Services& services);

}  // namespace rotor::providers::onepassword
