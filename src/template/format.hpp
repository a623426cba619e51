// Go's fmt for template values. https://pkg.go.dev/fmt
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "template/value.hpp"

namespace rotor::tmpl {

inline constexpr std::size_t kMaxPrinted = 64 * 1024 * 1024;

// Appends what `%v` prints. False when the value nests deeper than kMaxValueDepth or `out` would grow past `limit`.
[[nodiscard]] bool print_value(std::string& out, const Value& value, std::size_t limit = kMaxPrinted);

// The same as text; what does not fit is cut.
std::string to_text(const Value& value);

// fmt.Sprintf; misuse becomes text, as in Go. False as above.
[[nodiscard]] bool print_format(std::string& out, std::string_view format, std::span<const Value> args,
                                std::size_t limit = kMaxPrinted);

// fmt.Sprint: a space between neighbours of which neither is a string.
[[nodiscard]] bool print_all(std::string& out, std::span<const Value> args, std::size_t limit = kMaxPrinted);

// About how many bytes making this value took: text, or elements of a list or map.
std::size_t weight(const Value& value);

}  // namespace rotor::tmpl
