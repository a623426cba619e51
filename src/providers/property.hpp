// Looking into payloads, the same for every provider that keeps JSON documents.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::providers {

enum class PathOrder : std::uint8_t {
  kPathOnly,
  kLiteralFirst,  // `a.b` is tried as one key before it is tried as a path
  kPathFirst,
};

// What `property` names in `payload`, as text of its type; nullopt when it is not there (a present null is "").
// kInvalid `payload is not valid JSON: …` (position, never content) before anything is looked up.
Result<std::optional<SecretBytes>> find_property(const SecretBytes& payload, std::string_view property,
                                                 PathOrder order);

// The members of a JSON object: strings unquoted, null empty, everything else as written (last duplicate wins).
// A payload `null` has no members. Anything else is kInvalid: `expected a JSON object, found a string`.
Result<SecretMap> members_of(const SecretBytes& payload);

}  // namespace rotor::providers
