// What happens to a value between the store and the Secret: key conversion, key checks, decoding, the zero-byte rule.
// Pure; errors name keys and positions, never values.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::secrets {

// "Default" (also ""), "Unicode". kInvalid when two keys become equal.
Result<SecretMap> convert_keys(SecretMap values, std::string_view strategy);

// Drops the empty key; kInvalid for one a Secret cannot have.
Result<SecretMap> check_keys(SecretMap values);

// "None" (also ""), "Base64", "Base64URL", "Auto".
Result<SecretBytes> decode_value(SecretBytes value, std::string_view strategy);
Result<SecretMap> decode_values(SecretMap values, std::string_view strategy);

// "Ignore" (also ""), "Fail".
Result<void> check_null_bytes(std::string_view key, const SecretBytes& value, std::string_view policy);
Result<void> check_null_bytes(const SecretMap& values, std::string_view policy);

}  // namespace rotor::secrets
