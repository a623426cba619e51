#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "template/go/value.hpp"

namespace rotor::tmpl {

// Loose: an optional `v`, one to three numbers.
std::optional<Version> parse_version(std::string_view text);
std::string print_version(const Version& v);
// Negative, zero or positive; build metadata does not count.
int compare_versions(const Version& a, const Version& b);
Result<bool> satisfies(std::string_view constraint, const Version& v);

}  // namespace rotor::tmpl
