// The members of a JSON object that a server answered, as a Secret holds them: texts as they are, null as nothing,
// objects and lists as compact JSON with sorted keys. Pure.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::generators {

enum class Numbers : std::uint8_t {
  kAsWritten,  // 1e3 stays 1e3
  kPlain,      // decimal without exponent; a whole number keeps its digits
};

// kInvalid when `object` is no JSON object.
Result<SecretMap> answer_values(std::string_view object, Numbers numbers);

}  // namespace rotor::generators
