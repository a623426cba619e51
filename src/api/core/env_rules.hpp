// What the environment of a process can hold: which names the API server takes, and which values arrive unchanged.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/secret_bytes.hpp"

namespace rotor::api {

// `NAME=value` and its closing NUL fill at most 32 pages of 4 KiB (execve(2)).
inline constexpr std::size_t kEnvEntryBytes = 131'071;

// Printable ASCII, the space included, but no '='. Also the rule for the prefix of envFrom, which may be empty.
bool is_env_name(std::string_view name);

// Why `value` would not reach a process as it is, as the end of a sentence that begins with the value; empty when it
// would. Names positions and sizes only.
std::string env_value_problem(std::string_view name, const SecretBytes& value);

}  // namespace rotor::api
