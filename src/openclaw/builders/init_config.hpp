// How configuration and workspace get from ConfigMaps to the data volume: an init container before the pod starts, and
// a hook of the main container, because init containers do not run again when a container restarts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "openclaw/managed.hpp"

namespace rotor::openclaw {

// Where a script finds what it works on.
struct ConfigPaths {
  std::string_view wanted;   // what we want it to be
  std::string_view present;  // the file that the program reads, and may write
};

// `sh` text that makes the file what spec.config says; empty with JSON5, which only the init container converts.
std::string config_script(const api::InstanceConfig& config, const ConfigPaths& paths);

// `sh` text that makes the folders and puts each file in its place, unless there is one already.
std::string workspace_script(const api::InstanceSpec& spec, const Surroundings& around);

// Both, as the init container runs them.
std::string init_config_script(const api::InstanceSpec& spec, const Surroundings& around);

// One word for a shell, whatever is in it.
std::string shell_quoted(std::string_view text);

api::Container build_init_config(const api::OpenClawInstance& instance, const Surroundings& around);

// The main container's part: the mount that the hook reads from, and `lifecycle`.
api::VolumeMount operator_config_mount();
api::OptionalRaw config_lifecycle(const api::InstanceSpec& spec);

// Among the volumes of the pod: is there an emptyDir "init-tmp"?
bool needs_init_tmp(const api::InstanceSpec& spec);

}  // namespace rotor::openclaw
