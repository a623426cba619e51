#include "api/openclaw/workspace.hpp"

#include <algorithm>

namespace rotor::api {
namespace {

constexpr std::size_t kLongestPath = 253;

std::string size_problem(std::string_view path) {
  if (path.empty()) return "is empty";
  if (path.size() > kLongestPath) return "is longer than 253 bytes";
  return {};
}

std::string character_problem(std::string_view path) {
  if (path.contains('\\')) return "has a backslash";
  const bool control =
      std::ranges::any_of(path, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return control ? "has a control character" : "";
}

// The parts between the slashes.
std::string segment_problem(std::string_view path) {
  while (true) {
    const auto slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    if (segment.empty()) return "has an empty part between two slashes, or one at its end";
    if (segment.starts_with('.')) return "has a part that begins with a dot";
    if (segment.contains("..")) return "has a part with two dots";
    if (slash == std::string_view::npos) return {};
    path.remove_prefix(slash + 1);
  }
}

std::string first_of(std::initializer_list<std::string> problems) {
  const auto* found = std::ranges::find_if(problems, [](const std::string& p) { return !p.empty(); });
  return found == problems.end() ? std::string() : *found;
}

bool is_the_config(std::string_view path) { return path == "openclaw.json"; }

}  // namespace

std::string workspace_file_problem(std::string_view path) {
  return first_of({size_problem(path), character_problem(path), path.starts_with('/') ? "is not relative" : "",
                   path.empty() ? "" : segment_problem(path),
                   is_the_config(path) ? "is the name of the configuration, which spec.config holds" : ""});
}

std::string workspace_directory_problem(std::string_view path) {
  return first_of({size_problem(path), character_problem(path), path.starts_with('/') ? "is not relative" : "",
                   path.contains("..") ? "has two dots" : ""});
}

std::string workspace_key_problem(std::string_view key) {
  return first_of({size_problem(key), character_problem(key), key.contains('/') ? "has a slash" : "",
                   key.starts_with('.') ? "begins with a dot" : "", key.contains("..") ? "has two dots" : "",
                   is_the_config(key) ? "is the name of the configuration, which spec.config holds" : ""});
}

std::string workspace_name_problem(std::string_view name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  const bool dashed = name.starts_with('-') || name.ends_with('-') || name.contains("--");
  if (name.empty() || name.size() > 63 || dashed || !std::ranges::all_of(name, allowed)) {
    return "is no name of up to 63 small letters and digits, with single dashes between them";
  }
  return {};
}

}  // namespace rotor::api

namespace rotor::json {
using namespace api;

namespace {

constexpr std::string_view kWorkspaceSkills =
    R"({"type":"array","maxItems":20,"x-kubernetes-list-type":"set","items":{"type":"string"}})";

}  // namespace

ROTOR_DESCRIBE(WorkspaceConfigMap, "A ConfigMap each of whose keys is a file.",
               field<&WorkspaceConfigMap::name>("name", {.required = true, .min_length = 1}));

ROTOR_DESCRIBE(WorkspaceBootstrap, "The instructions for the first conversation, BOOTSTRAP.md.",
               field<&WorkspaceBootstrap::enabled>("enabled", {.default_json = "true"}));

ROTOR_DESCRIBE(AdditionalWorkspace, "The workspace of one more agent, in the folder workspace-<name>.",
               field<&AdditionalWorkspace::config_map_ref>("configMapRef"),
               field<&AdditionalWorkspace::initial_directories>("initialDirectories", {.max_items = 20}),
               field<&AdditionalWorkspace::initial_files>("initialFiles", {.max_properties = 50}),
               field<&AdditionalWorkspace::name>(
                   "name",
                   {.required = true, .pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", .min_length = 1, .max_length = 63}),
               field<&AdditionalWorkspace::skills>("skills", {.schema_json = kWorkspaceSkills}));

ROTOR_DESCRIBE(InstanceWorkspace, "Files the assistant starts with.",
               field<&InstanceWorkspace::additional_workspaces>("additionalWorkspaces", {.max_items = 10}),
               field<&InstanceWorkspace::bootstrap>("bootstrap"),
               field<&InstanceWorkspace::config_map_ref>("configMapRef"),
               field<&InstanceWorkspace::initial_directories>("initialDirectories", {.max_items = 20}),
               field<&InstanceWorkspace::initial_files>(
                   "initialFiles",
                   {.max_properties = 50, .doc = "Path: content. Written where there is no such file."}));

}  // namespace rotor::json
