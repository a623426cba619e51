// The file into which the kubelet puts the controller's own federated token.
#pragma once

#include <string>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::providers::azure {

// Without blanks around it. Read at every login: the kubelet renews it. Errors name the path, never the content.
Result<SecretBytes> read_token_file(const std::string& path);

}  // namespace rotor::providers::azure
