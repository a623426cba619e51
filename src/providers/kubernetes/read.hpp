// What a remoteRef means in a Secret of a cluster. Pure.
#pragma once

#include "api/core/secret.hpp"
#include "providers/provider.hpp"

namespace rotor::providers::kubernetes {

// A property that is not there is kInvalid: the Secret is. Without one, what is no text is altered.
Lookup<SecretBytes> read_value(const api::Secret& secret, const RemoteRef& ref);
Result<SecretMap> read_map(const api::Secret& secret, const RemoteRef& ref);

// `{key: text}` of all data; what is no UTF-8 becomes U+FFFD.
SecretBytes whole(const SecretMap& data);

}  // namespace rotor::providers::kubernetes
