// What an API server would refuse of a Secret, found before it is asked: its refusal may quote values, so that it is
// not passed on, and without it nobody would know what to change.
#pragma once

#include <optional>
#include <string>

#include "api/core/secret.hpp"
#include "secrets/target.hpp"

namespace rotor::secrets {

// Of all values of a Secret together; keys do not count.
inline constexpr std::size_t kMostSecretBytes = 1'048'576;
// Of all annotations of an object together, names included.
inline constexpr std::size_t kMostAnnotationBytes = 262'144;

// The first thing wrong and the way out, without values; nullopt: nothing. `live`: the one it is to replace.
std::optional<std::string> secret_fault(const api::Secret& secret, const Target* live);

}  // namespace rotor::secrets
