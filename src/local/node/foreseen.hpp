// The environment that a process would have, of a pod whose folders were laid out for a look only. Pure.
#pragma once

#include <string>

#include "api/core/pod.hpp"
#include "local/node/command.hpp"

namespace rotor::local {

// Where the instances' folders are for the look, and where `rotor run` has them; empty: values stay as they are.
struct FolderNames {
  std::string now{}, then{};
};

// `own`: as it was built. What the manifest's container does not say comes from `rotor run`, which `origin` then tells.
Environment foreseen(Environment own, const api::Container& manifest, const FolderNames& folders);

}  // namespace rotor::local
