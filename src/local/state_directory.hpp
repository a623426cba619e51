// Where `rotor run` keeps what it needs while it runs: one folder for each set of manifests.
#pragma once

#include <string>
#include <vector>

namespace rotor::local {

// Under $XDG_STATE_HOME/rotor (default ~/.local/state/rotor), named by the manifests' absolute paths.
std::string state_directory(const std::vector<std::string>& manifests);

}  // namespace rotor::local
