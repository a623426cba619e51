// Quoting for error messages, as Go's time package does it.
#pragma once

#include <string>
#include <string_view>

namespace rotor {

// `"text"`: quotes and backslashes escaped, every byte that is not printable ASCII as \xHH.
std::string go_quote(std::string_view text);

}  // namespace rotor
