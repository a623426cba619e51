// Go's fmt for template values. https://pkg.go.dev/fmt
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "template/go/value.hpp"

namespace rotor::tmpl {

// Appends what `%v` prints. over_budget when the value nests deeper than kMaxValueDepth or `out` would grow past
// `limit`.
Result<void> print_value(std::string& out, const Value& value, std::size_t limit = kMaxText);

// The same as text.
Result<std::string> to_text(const Value& value);

// fmt.Sprintf; misuse becomes text, as in Go. over_budget as above.
Result<void> print_format(std::string& out, std::string_view format, std::span<const Value> args,
                          std::size_t limit = kMaxText);

// fmt.Sprint: a space between neighbours of which neither is a string.
Result<void> print_all(std::string& out, std::span<const Value> args, std::size_t limit = kMaxText);

// About how many bytes making this value took, what it holds by reference apart.
std::size_t weight(const Value& value);
std::size_t weight_of_members(const Map& members);

}  // namespace rotor::tmpl
