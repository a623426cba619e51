// What the init container and the start hook of an OpenClawInstance's pod make of its ConfigMaps, for a process of this
// machine. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/openclaw/instance.hpp"
#include "kube/object/object.hpp"
#include "local/node/mount_map.hpp"
#include "openclaw/builders/workspace.hpp"

namespace rotor::local {

// spec.config of an instance.
struct ConfigRules {
  bool merge = false;
  std::vector<std::string> force_paths{};
};
ConfigRules config_rules(const api::InstanceSpec& spec);

struct LocalConfig {
  std::string text;
  bool adapted = true;            // false: no JSON object, written as it is
  bool present_unusable = false;  // what was there is no JSON object, and is not merged with
};

// openclaw.json for a gateway that listens on `port` of 127.0.0.1 alone. `wanted`: what the ConfigMap says; `present`:
// the file of an earlier start.
LocalConfig local_config(std::string_view wanted, const std::optional<std::string>& present, const ConfigRules& rules,
                         const MountMap& mounts, std::uint16_t port);

// What workspaces begin with: folders, and files that are written unless they are there. Paths lie below the data
// volume (`workspace/notes/a.md`).
struct WorkspaceSeed {
  struct File {
    std::string content;
    std::string unless{};  // not written either where this one is there
  };
  std::vector<std::string> folders{};
  std::map<std::string, File, std::less<>> files{};
};
// For pods that no instance stands behind: nobody says what folder a key was, so each is a file as it is called.
openclaw::WorkspacePlan plan_of_map(const kube::StringMap& map);
// What the init container does by that plan. `map`: the workspace's ConfigMap, which may be a moment behind the plan.
WorkspaceSeed workspace_seed(const openclaw::WorkspacePlan& plan, const kube::StringMap& map);

}  // namespace rotor::local
