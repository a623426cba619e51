// Which API server `rotor status` and `rotor why` look at: a cluster, or that of a `rotor run` on this machine.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"

namespace rotor::cli {

struct ServerFlags {
  std::string kubeconfig{};
  std::vector<std::string> manifests{};  // -f: the run of these
  std::string state_directory{};
};

struct Surroundings {
  std::string kubeconfig_variable{};
  bool in_pod = false;
  std::string home_kubeconfig{};    // "": there is none
  std::vector<std::string> runs{};  // folders of runs that are alive
};

struct ServerChoice {
  std::string kubeconfig{};  // "": as the surroundings have it
  std::string said{};        // for the first line
};

// Pure. `named_run`: the folder that --state-dir or -f leads to; empty without them.
Result<ServerChoice> choose_server(const ServerFlags& flags, const std::string& named_run, const Surroundings& around);

// Of this process: looks at the environment and at the state folder.
Result<ServerChoice> find_server(const ServerFlags& flags);

// Folders of runs in `home` whose process is alive and whose kubeconfig is there.
std::vector<std::string> running_in(const std::string& home);

}  // namespace rotor::cli
