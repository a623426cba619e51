// Signed JSON (JWS, compact form), with which a client proves to a token endpoint that it holds a private key.
// RFC 7515; algorithms of RFC 7518 section 3.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::providers {

enum class JwsAlgorithm : std::uint8_t {
  kRs256,  // RSASSA-PKCS1-v1_5 with SHA-256
  kPs256,  // RSASSA-PSS with SHA-256, a salt of 32 bytes
};
std::string_view to_string(JwsAlgorithm algorithm);  // as in the header's "alg"

// `header` and `claims` are JSON texts. `key_pem`: an RSA key, PKCS#1 or PKCS#8, not encrypted; anything else is
// kInvalid. The result stands for its bearer until it expires, so it is kept like a password.
Result<SecretBytes> sign_jws(JwsAlgorithm algorithm, std::string_view header, std::string_view claims,
                             const SecretBytes& key_pem);

}  // namespace rotor::providers
