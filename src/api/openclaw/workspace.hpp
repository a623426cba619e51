// spec.workspace: the files and folders that the assistant finds when it starts for the first time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/core/pod.hpp"

namespace rotor::api {

struct WorkspaceConfigMap {
  std::string name;
};

struct WorkspaceBootstrap {
  std::optional<bool> enabled;
};

// The workspace of one more agent beside the main one.
struct AdditionalWorkspace {
  std::string name;
  std::optional<WorkspaceConfigMap> config_map_ref;
  StringMap initial_files;
  std::vector<std::string> initial_directories;
  std::vector<std::string> skills;
};

struct InstanceWorkspace {
  std::optional<WorkspaceConfigMap> config_map_ref;
  StringMap initial_files;
  std::vector<std::string> initial_directories;
  std::optional<WorkspaceBootstrap> bootstrap;
  std::vector<AdditionalWorkspace> additional_workspaces;
};

// What is wrong with the path of a file, with a folder, with the key of a ConfigMap as the name of a file; empty:
// nothing. Said so that "initialFiles: <path> <problem>" is a sentence.
std::string workspace_file_problem(std::string_view path);
std::string workspace_directory_problem(std::string_view path);
std::string workspace_key_problem(std::string_view key);
// Of the name of an additional workspace.
std::string workspace_name_problem(std::string_view name);

}  // namespace rotor::api

namespace rotor::json {
ROTOR_DESCRIBED(api::WorkspaceConfigMap);
ROTOR_DESCRIBED(api::WorkspaceBootstrap);
ROTOR_DESCRIBED(api::AdditionalWorkspace);
ROTOR_DESCRIBED(api::InstanceWorkspace);
}  // namespace rotor::json
