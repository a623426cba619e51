// Why pods wait: what the ExternalSecrets say that are not Ready, or Ready without all that was asked for.
#pragma once

#include <string>
#include <vector>

#include "kube/client/client.hpp"

namespace rotor::local {

// `ExternalSecret ns/name: what its condition and its events say`, one line each; empty when all is well or nothing can
// be read.
Task<std::vector<std::string>> unready(kube::Client& client);

}  // namespace rotor::local
