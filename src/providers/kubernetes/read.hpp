// What a remoteRef means in a Secret of a cluster. Pure.
#pragma once

#include "api/core/secret.hpp"
#include "kube/client/config.hpp"
#include "providers/provider.hpp"

namespace rotor::providers::kubernetes {

Lookup<SecretBytes> read_value(const api::Secret& secret, const RemoteRef& ref);
Lookup<SecretMap> read_map(api::Secret secret, const RemoteRef& ref);

// A kubeconfig out of a Secret: whatever would read files or run programs of the controller is refused.
Result<kube::ConnectionConfig> inline_kubeconfig(const SecretBytes& text);

}  // namespace rotor::providers::kubernetes
