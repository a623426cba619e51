// The controller's own settings for AWS: variables of its environment, and the files they name.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "providers/services.hpp"

namespace rotor::providers::aws {

// The first that is set and not empty, else "".
std::string first_set(const EnvironmentVariables& environment, std::initializer_list<std::string_view> names);

// Without one trailing line break. The path is named in the error, the content never.
Result<SecretBytes> read_file(const std::string& path, std::string_view variable);

}  // namespace rotor::providers::aws
