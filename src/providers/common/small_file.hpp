// Files of the controller's machine that hold a credential: tokens, keys.
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::providers {

// The content of a regular file of at most 1 MiB; nullopt when there is none of that name. The error names the path and
// quotes nothing of what is in it.
Result<std::optional<SecretBytes>> read_small_file(const std::string& path);

// Without one line break at its end: editors and shells add it, and no token has one.
SecretBytes without_line_end(const SecretBytes& text);

}  // namespace rotor::providers
