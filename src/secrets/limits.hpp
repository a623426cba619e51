// What of the API is not built yet, and generators that cannot be. Nothing a user wrote is ignored in silence: the
// event names the field.
#pragma once

#include <optional>
#include <string>

#include "api/externalsecrets/external_secret.hpp"

namespace rotor::secrets {

// The first field in use that cannot be honoured yet, with what to write meanwhile; nullopt: all can be.
std::optional<std::string> not_built_yet(const api::es::ExternalSecret& es);

}  // namespace rotor::secrets
