// Paths into a JSON document that lead to one place: `$.data`, `$['a'][0].b`. Pure.
// https://www.rfc-editor.org/rfc/rfc9535
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace rotor::generators {

using JsonStep = std::variant<std::string, std::int64_t>;  // a member; an element, from the end when negative
using JsonPath = std::vector<JsonStep>;

// kInvalid says what is wrong and where, without quoting the path: it may have been made of a secret.
Result<JsonPath> parse_json_path(std::string_view text);

// The slice of `document` that the path leads to. kInvalid: `there is no member at step 2`.
Result<std::string_view> find_json(std::string_view document, const JsonPath& path);

}  // namespace rotor::generators
