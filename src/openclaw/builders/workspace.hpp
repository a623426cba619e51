// The ConfigMap <name>-workspace, and which of its keys becomes which file: a key knows no folders.
#pragma once

#include <string>
#include <vector>

#include "api/core/config_map.hpp"
#include "openclaw/managed.hpp"

namespace rotor::openclaw {

struct WorkspaceFile {
  std::string path;  // below the workspace's folder
  std::string key;   // in the ConfigMap
  std::string content;
};

// The folder of one agent, below the data volume: `workspace`, `workspace-<name>`.
struct WorkspaceFolder {
  std::string name;
  std::vector<std::string> directories;  // sorted
  std::vector<WorkspaceFile> files;      // sorted by path
};

struct WorkspacePlan {
  std::vector<WorkspaceFolder> folders;
  std::vector<std::string> missing;   // ConfigMaps that are not there
  std::vector<std::string> unusable;  // what cannot be a file or a folder, with the reason; left out
  bool uses_config_maps = false;
  std::size_t from_config_maps = 0;  // files
};

WorkspacePlan plan_workspace(const api::InstanceSpec& spec, const Surroundings& around);

std::string workspace_map_name(const api::OpenClawInstance& instance);
api::ConfigMap build_workspace_map(const api::OpenClawInstance& instance, const Surroundings& around);

// The operator's own two files.
inline constexpr std::string_view kEnvironmentFile = "ENVIRONMENT.md";
inline constexpr std::string_view kBootstrapFile = "BOOTSTRAP.md";
// Where this one is, the instructions for the first conversation do not come back.
inline constexpr std::string_view kIdentityFile = "IDENTITY.md";
std::string_view environment_text();
std::string_view bootstrap_text();

}  // namespace rotor::openclaw
