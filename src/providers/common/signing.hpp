// Signatures with a private RSA key, as JSON Web Tokens carry them. RFC 7518 section 3.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::providers {

enum class RsaScheme : std::uint8_t {
  kRs256,  // PKCS #1 v1.5 with SHA-256
  kPs256,  // PSS with SHA-256, the salt as long as the digest
};

std::string_view to_string(RsaScheme scheme);  // as in a header's "alg"

// The signature of `text`, base64url without padding. `pem` holds an RSA key (PKCS #8 or PKCS #1) that no password
// protects; what else it holds, a certificate say, is passed over. kInvalid says what is wrong with it.
Result<std::string> sign_rsa(RsaScheme scheme, const SecretBytes& pem, std::string_view text);

}  // namespace rotor::providers
