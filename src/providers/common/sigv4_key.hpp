// Signing with a key that was made before.
#pragma once

#include "providers/common/sigv4.hpp"

namespace rotor::providers::aws {

// What requests are signed with: made of the secret key, good for this region, this service and the day of `time`.
SecretBytes signing_key(const Credentials& credentials, const SigningScope& scope, WallTime time);

// As sign() without a key, which makes it anew.
Result<void> sign(net::Request& request, const Credentials& credentials, const SigningScope& scope, WallTime time,
                  const SecretBytes& key);

}  // namespace rotor::providers::aws
