// Files that only the user can read, replaced whole.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace rotor::local {

// Mode 0600, in the place of what was there, be it a link: a reader sees the old text or the new one.
Result<void> write_private_file(const std::string& path, std::string_view text);

// nullopt: it is not there, or cannot be read.
std::optional<std::string> read_private_file(const std::string& path);

}  // namespace rotor::local
