// Digests over OpenSSL's EVP. Every function returns the raw bytes; see encoding.hpp for hex.
#pragma once

#include <string>
#include <string_view>

namespace rotor {

std::string sha256(std::string_view bytes);
std::string sha3_224(std::string_view bytes);  // FIPS 202
std::string sha1(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);

// `size` bytes from the system's generator.
std::string random_bytes(std::size_t size);

// A version 4 UUID in its usual text form.
std::string random_uuid();

}  // namespace rotor
