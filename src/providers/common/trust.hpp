// Certificate authorities of a store: `caBundle` and `caProvider`.
#pragma once

#include <optional>
#include <string>

#include "providers/gate.hpp"

namespace rotor::providers {

// The PEM bundle of `caBundle` (base64 of PEM, or of base64 of PEM) or else of `caProvider`; empty when neither is set.
// kInvalid when it holds no certificate.
Task<Result<std::string>> resolve_ca(ReferenceGate& gate, Scope scope, std::string ca_bundle,
                                     std::optional<api::es::CaProvider> ca_provider);

}  // namespace rotor::providers
