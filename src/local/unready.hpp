// Why pods wait: what the ExternalSecrets say that are not Ready.
#pragma once

#include <string>
#include <vector>

#include "kube/client/client.hpp"

namespace rotor::local {

// `ExternalSecret ns/name: the condition's message`, one line each; empty when all are Ready or cannot be read.
Task<std::vector<std::string>> unready(kube::Client& client);

}  // namespace rotor::local
