// What happens to fetched keys and values between the store and the Secret: conversion, checks, decoding, the
// zero-byte rule. Errors name keys and positions, never values.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::tmpl {

// "Default" (also ""), "Unicode"; any other text changes nothing. kInvalid when two keys become equal.
Result<SecretMap> convert_keys(SecretMap values, std::string_view strategy);

// PushSecret's ReverseUnicode: every `_U0040_` in a key becomes its character. kInvalid when two keys become equal.
Result<SecretMap> reverse_unicode(SecretMap values);

// Drops the empty key; kInvalid for one a Secret cannot have.
Result<SecretMap> check_keys(SecretMap values);

// "None" (also ""), "Base64", "Base64URL", "Auto".
Result<SecretBytes> decode_value(SecretBytes value, std::string_view strategy);
Result<SecretMap> decode_values(SecretMap values, std::string_view strategy);

// "Ignore" (also ""), "Fail".
Result<void> check_null_bytes(std::string_view key, const SecretBytes& value, std::string_view policy);
Result<void> check_null_bytes(const SecretMap& values, std::string_view policy);

}  // namespace rotor::tmpl
