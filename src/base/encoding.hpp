// Base64, hexadecimal and percent encodings. Decoders take any input and say what is wrong with it
// without quoting it. RFC 4648; RFC 3986 section 2.1.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor {

enum class Base64 : std::uint8_t { kStandard, kUrl, kRawStandard, kRawUrl };  // raw: without padding

std::string base64_encode(std::string_view bytes, Base64 alphabet = Base64::kStandard);
SecretBytes base64_encode_secret(std::string_view bytes);

// As Go decodes: '\r' and '\n' are skipped anywhere; the error carries the offset of the bad byte
// ("illegal base64 data at input byte 4").
Result<std::string> base64_decode(std::string_view text, Base64 alphabet = Base64::kStandard);
Result<SecretBytes> base64_decode_secret(std::string_view text, Base64 alphabet = Base64::kStandard);

std::string hex_encode(std::string_view bytes);
Result<std::string> hex_decode(std::string_view text);

// Everything but RFC 3986 unreserved characters becomes %XX (upper case): safe as one path segment or query value.
std::string percent_encode(std::string_view text);
Result<std::string> percent_decode(std::string_view text);

// Valid UTF-8 (no surrogates, no overlong forms, at most U+10FFFF).
bool is_utf8(std::string_view text);

}  // namespace rotor
