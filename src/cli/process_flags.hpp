// Flags about the processes of manifests, shared by `rotor run` and `rotor env`.
#pragma once

#include <string>
#include <vector>

#include "base/duration.hpp"

namespace CLI {
class App;
}

namespace rotor::cli {

// --use-my-credentials
void add_credentials_flag(CLI::App& command, bool& use);
// --inherit-env[=NAME,...]
void add_inherit_flag(CLI::App& command, std::vector<std::string>& names);
// --wait DURATION
void add_wait_flag(CLI::App& command, Duration& wait, const std::string& text);

}  // namespace rotor::cli
