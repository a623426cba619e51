// How this room holds the objects it works on: read-only and shared with the watch caches, so that a pass keeps to what
// it saw.
#pragma once

#include <memory>

#include "api/externalsecrets/external_secret.hpp"

namespace rotor::secrets {

using api::es::ExternalSecret;
using api::es::ExternalSecretStatus;
struct StoreView;
struct Target;

using ExternalSecretPtr = std::shared_ptr<const ExternalSecret>;
using StoreViewPtr = std::shared_ptr<const StoreView>;
using TargetPtr = std::shared_ptr<const Target>;

}  // namespace rotor::secrets
