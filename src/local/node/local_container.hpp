// A container's environment, arguments and working directory with the paths they have on this machine. Pure.
#pragma once

#include <string>

#include "api/core/pod.hpp"
#include "local/node/environment.hpp"
#include "local/node/mount_map.hpp"

namespace rotor::local {

// What of a container changes on a laptop. Texts of manifests alone are touched, never the value of a Secret.
struct LocalContainer {
  api::Container container;
  EnvironmentSources sources;
  MountMap mounts{};
};

// `home` becomes HOME, whatever the container says.
LocalContainer localize(api::Container container, EnvironmentSources sources, const MountMap& mounts,
                        const std::string& home);

}  // namespace rotor::local
