// The public key of a vault as JSON Web Key (RFC 7517).
#pragma once

#include <optional>
#include <string>

#include "base/secret_bytes.hpp"
#include "json/reader.hpp"

namespace rotor::providers::azure {

struct Jwk {
  std::string id;    // "kid"
  SecretBytes json;  // compact, the members in the order of Azure's first client: templates may depend on it
};

// Consumes one value. Nothing when it is no object or has no type.
std::optional<Jwk> read_jwk(json::Reader& reader);

}  // namespace rotor::providers::azure
