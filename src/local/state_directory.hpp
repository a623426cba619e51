// Where `rotor run` keeps what it needs while it runs: one folder for each set of manifests.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"

namespace rotor::local {

// What the surroundings say about where a user's state belongs; empty: nothing.
struct StateSources {
  std::string xdg_state_home{};
  std::string home{};
  std::string account_home{};  // of the password database, when it is a folder that can be written
  std::string xdg_runtime_dir{};
};

struct StateHome {
  std::string path;      // "": there is none
  std::string notice{};  // for the user, when it is not where one would look
};

// $XDG_STATE_HOME/rotor, ~/.local/state/rotor, the home of the account, $XDG_RUNTIME_DIR/rotor, in this order. Pure.
// kInvalid for a relative one.
Result<StateHome> choose_state_home(const StateSources& sources);

// The same of the environment of this process.
Result<StateHome> state_home();

struct StateDirectory {
  std::string path;
  std::string notice{};
};

// A new folder with a name that nobody could know before, for a run that is over at once.
Result<StateDirectory> private_directory();

// `given` when it is not empty; else a folder of the state home, named by the manifests' absolute paths; without a
// state home a new folder with a name that nobody could know before.
Result<StateDirectory> state_directory(const std::vector<std::string>& manifests, const std::string& given);

}  // namespace rotor::local
