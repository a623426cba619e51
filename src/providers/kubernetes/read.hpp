// What a remoteRef means in a Secret of a cluster. Pure.
#pragma once

#include "api/core/secret.hpp"
#include "providers/provider.hpp"

namespace rotor::providers::kubernetes {

Lookup<SecretBytes> read_value(const api::Secret& secret, const RemoteRef& ref);
Lookup<SecretMap> read_map(api::Secret secret, const RemoteRef& ref);

}  // namespace rotor::providers::kubernetes
