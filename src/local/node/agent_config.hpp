// What the init container and the start hook of an OpenClawInstance's pod make of its ConfigMaps, for a process of this
// machine. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.hpp"
#include "kube/object/object.hpp"
#include "local/node/mount_map.hpp"

namespace rotor::local {

// spec.config of the instance.
struct ConfigRules {
  bool merge = false;
  std::vector<std::string> force_paths{};
};
ConfigRules config_rules(const json::Value& instance);

struct LocalConfig {
  std::string text;
  bool adapted = true;            // false: no JSON object, written as it is
  bool present_unusable = false;  // what was there is no JSON object, and is not merged with
};

// openclaw.json for a gateway that listens on `port` of 127.0.0.1 alone. `wanted`: what the ConfigMap says; `present`:
// the file of an earlier start.
LocalConfig local_config(std::string_view wanted, const std::optional<std::string>& present, const ConfigRules& rules,
                         const MountMap& mounts, std::uint16_t port);

// What a workspace begins with: folders, and files that are written unless they are there. Paths lie below the data
// volume (`workspace/notes/a.md`).
struct WorkspaceSeed {
  std::vector<std::string> folders{};
  std::map<std::string, std::string, std::less<>> files{};
};
// `map`: the workspace's ConfigMap, whose keys know no folders.
WorkspaceSeed workspace_seed(const json::Value& instance, const kube::StringMap& map);

}  // namespace rotor::local
