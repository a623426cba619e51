// 1Password, by a Connect server of one's own (reading). https://developer.1password.com/docs/connect
#pragma once

#include <memory>

#include "providers/provider.hpp"

namespace rotor::providers::onepassword {

std::unique_ptr<Provider> make_provider(const Services& services);

}  // namespace rotor::providers::onepassword
