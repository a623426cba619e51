// Key pairs as OpenSSH writes them. PROTOCOL.key of OpenSSH; RFC 4253 section 6.6, RFC 5656, RFC 8709.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/openssl_owners.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::generators {

// `key` is RSA, EC (P-256, P-384, P-521) or Ed25519. Throws std::bad_alloc when OpenSSL cannot take it apart.
struct OpensshPair {
  SecretBytes private_key;  // PEM, not encrypted
  std::string public_key;   // `ALGORITHM BASE64[ COMMENT]` and a line break
};

// `check`: any number, written twice by the format to tell a wrong passphrase.
OpensshPair openssh_pair(const EVP_PKEY* key, std::string_view comment, std::uint32_t check);

}  // namespace rotor::generators
