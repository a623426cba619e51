// authRef: a kubeconfig that came in a Secret.
#pragma once

#include "base/secret_bytes.hpp"
#include "kube/client/config.hpp"

namespace rotor::providers::kubernetes {

// Only data inside it is used. What would read files of the controller or run programs there is refused, and so are
// addresses that no store may name.
Result<kube::ConnectionConfig> inline_kubeconfig(const SecretBytes& text, PlainHttp plain = PlainHttp::kNearby);

}  // namespace rotor::providers::kubernetes
