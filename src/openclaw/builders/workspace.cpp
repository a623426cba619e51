#include "openclaw/builders/workspace.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

constexpr std::size_t kLongestKey = 253;  // of a ConfigMap

// What one workspace is made of, the main one or one beside it.
struct WorkspaceSource {
  std::string folder;
  std::string field;  // in the spec, for messages
  std::string key_prefix;
  std::string config_map;  // empty: none
  const api::StringMap& files;
  const std::vector<std::string>& directories;
  bool bootstrap;
};

bool key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

std::string without_slashes(std::string_view path) {
  std::string key;
  for (const char c : path) c == '/' ? key += "--" : key += c;
  return key;
}

// A name that the ConfigMap cannot have, or has already, becomes one that it can, with a mark of its own.
std::string key_for(const std::string& prefix, std::string_view path, std::set<std::string>& taken) {
  std::string key = prefix + without_slashes(path);
  if (key.size() > kLongestKey || !std::ranges::all_of(key, key_character) || taken.contains(key)) {
    std::ranges::replace_if(key, [](char c) { return !key_character(c); }, '-');
    key = key.substr(0, kLongestKey - 9) + "-" + hex_encode(sha256(prefix + std::string(path)).substr(0, 4));
  }
  taken.insert(key);
  return key;
}

class WorkspacePlanner {
 public:
  explicit WorkspacePlanner(const Surroundings& around) : around_(around) {}

  void add(const WorkspaceSource& source) {
    std::map<std::string, std::string, std::less<>> files;  // by path; later ones win
    if (!source.config_map.empty()) add_config_map(source, files);
    for (const auto& [path, content] : source.files) {
      const std::string problem = api::workspace_file_problem(path);
      if (problem.empty()) files.insert_or_assign(path, content);
      if (!problem.empty()) refuse(source.field + ".initialFiles", path, problem);
    }
    files.insert_or_assign(std::string(kEnvironmentFile), std::string(environment_text()));
    if (source.bootstrap) files.insert_or_assign(std::string(kBootstrapFile), std::string(bootstrap_text()));
    WorkspaceFolder folder{source.folder, directories(source), {}};
    for (auto& [path, content] : files) {
      folder.files.push_back({path, key_for(source.key_prefix, path, keys_), std::move(content)});
    }
    plan_.folders.push_back(std::move(folder));
  }

  WorkspacePlan take() { return std::move(plan_); }
  void refuse(std::string_view field, std::string_view name, std::string_view problem) {
    plan_.unusable.push_back(fmt::format("{}: \"{}\" {}", field, name, problem));
  }

 private:
  // One name that is no file's makes all of the ConfigMap suspect: none of it is used.
  void add_config_map(const WorkspaceSource& source, std::map<std::string, std::string, std::less<>>& files) {
    plan_.uses_config_maps = true;
    const auto found = around_.config_maps.find(source.config_map);
    if (found == around_.config_maps.end() || found->second == nullptr) {
      plan_.missing.push_back(source.config_map);
      return;
    }
    for (const auto& [key, content] : *found->second) {
      const std::string problem = api::workspace_key_problem(key);
      if (problem.empty()) continue;
      refuse(fmt::format("ConfigMap \"{}\", of which no file is used", source.config_map), key, problem);
      return;
    }
    files.insert(found->second->begin(), found->second->end());
    plan_.from_config_maps += found->second->size();
  }

  std::vector<std::string> directories(const WorkspaceSource& source) {
    std::set<std::string> sorted;
    for (const std::string& path : source.directories) {
      const std::string problem = api::workspace_directory_problem(path);
      if (problem.empty()) sorted.insert(path);
      if (!problem.empty()) refuse(source.field + ".initialDirectories", path, problem);
    }
    return {sorted.begin(), sorted.end()};
  }

  const Surroundings& around_;
  std::set<std::string> keys_;
  WorkspacePlan plan_;
};

std::string name_of_map(const std::optional<api::WorkspaceConfigMap>& reference) {
  return reference ? reference->name : std::string();
}

bool wants_bootstrap(const api::InstanceWorkspace& workspace) {
  return !workspace.bootstrap || workspace.bootstrap->enabled.value_or(true);
}

}  // namespace

WorkspacePlan plan_workspace(const api::InstanceSpec& spec, const Surroundings& around) {
  const api::InstanceWorkspace wanted = spec.workspace.value_or(api::InstanceWorkspace{});
  WorkspacePlanner planner(around);
  planner.add({.folder = "workspace",
               .field = "spec.workspace",
               .key_prefix = "",
               .config_map = name_of_map(wanted.config_map_ref),
               .files = wanted.initial_files,
               .directories = wanted.initial_directories,
               .bootstrap = wants_bootstrap(wanted)});
  std::set<std::string_view> names;
  for (const api::AdditionalWorkspace& more : wanted.additional_workspaces) {
    std::string problem = api::workspace_name_problem(more.name);
    if (problem.empty() && !names.insert(more.name).second) problem = "is there twice";
    if (!problem.empty()) {
      planner.refuse("spec.workspace.additionalWorkspaces", more.name, problem);
      continue;
    }
    planner.add({.folder = "workspace-" + more.name,
                 .field = fmt::format("spec.workspace.additionalWorkspaces \"{}\"", more.name),
                 .key_prefix = fmt::format("--ws--{}--", more.name),
                 .config_map = name_of_map(more.config_map_ref),
                 .files = more.initial_files,
                 .directories = more.initial_directories,
                 .bootstrap = false});
  }
  return planner.take();
}

std::string workspace_map_name(const api::OpenClawInstance& instance) { return instance.metadata.name + "-workspace"; }

api::ConfigMap build_workspace_map(const api::OpenClawInstance& instance, const Surroundings& around) {
  api::ConfigMap map;
  map.metadata = managed_metadata(instance, workspace_map_name(instance));
  for (WorkspaceFolder& folder : plan_workspace(instance.spec, around).folders) {
    for (WorkspaceFile& file : folder.files) map.data.insert_or_assign(file.key, std::move(file.content));
  }
  return map;
}

ManagedKind workspace_map_row() {
  return {.resource = kube::kResource<api::ConfigMap>,
          .description = &json::type_of<api::ConfigMap>,
          .status_key = "workspaceConfigMap",
          .name = workspace_map_name,
          .place = always_ours,
          .build = [](const api::OpenClawInstance& i, const Surroundings& around) {
            return json::write(build_workspace_map(i, around));
          }};
}

}  // namespace rotor::openclaw
