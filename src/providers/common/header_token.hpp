// Tokens that a Secret holds and a header carries.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::providers {

// `value` without the line ends behind it, which `kubectl create secret --from-file` leaves there. kInvalid when
// nothing is left, or when anything but printable ASCII is in it: no token has that, and no header could carry a line
// break. `field` is where the manifest names the Secret.
Result<SecretBytes> header_token(std::string_view field, const SecretBytes& value);

}  // namespace rotor::providers
