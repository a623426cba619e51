// Signed JSON (JWS, compact form), with which a client proves to a token endpoint that it holds a private key.
// RFC 7515; algorithms of RFC 7518 section 3.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "providers/common/signing.hpp"

namespace rotor::providers {

// `header` and `claims` are JSON texts. `key_pem`: an RSA key, PKCS#1 or PKCS#8, not encrypted; anything else is
// kInvalid. The result stands for its bearer until it expires, so it is kept like a password.
Result<SecretBytes> sign_jws(RsaScheme scheme, std::string_view header, std::string_view claims,
                             const SecretBytes& key_pem);

}  // namespace rotor::providers
