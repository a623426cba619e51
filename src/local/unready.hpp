// Why pods wait: what the ExternalSecrets say that are not Ready, or Ready without all that was asked for.
#pragma once

#include <string>
#include <vector>

#include "kube/client/client.hpp"

namespace rotor::local {

struct Unready {
  // `ExternalSecret ns/name: what its condition and its events say`; empty when all is well or nothing can be read.
  std::vector<std::string> reasons{};
  // Each was looked at, and what fails has asked nobody but its stores.
  bool settled = true;
  bool failing = false;  // one is not Ready
  friend bool operator==(const Unready&, const Unready&) = default;
};
Task<Unready> unready(kube::Client& client);

}  // namespace rotor::local
