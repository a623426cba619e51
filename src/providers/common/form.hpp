// Bodies of application/x-www-form-urlencoded, as logins send them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret_bytes.hpp"

namespace rotor::providers {

using FormFields = std::vector<std::pair<std::string, std::string_view>>;

// `a=b&c=d`, names as given and values percent-encoded; nothing of it stays behind in unwiped memory.
SecretBytes form_body(const FormFields& fields);

}  // namespace rotor::providers
