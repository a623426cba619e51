// Paths of workspaces, and names of skills and plugins.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "admission/instance_rules.hpp"

namespace rotor::admission {
namespace {

constexpr std::size_t kLongestPath = 253;
constexpr std::size_t kLongestWorkspace = 63;
constexpr std::size_t kLongestPackage = 128;

// Why, or "".
std::string_view segment_problem(std::string_view segment) {
  if (segment.empty()) return "has an empty part";
  if (segment.contains("..")) return "has a part with ..";
  if (segment.starts_with('.')) return "has a part that begins with a dot";
  return {};
}

std::string_view common_path_problem(std::string_view path) {
  if (path.empty() || path.size() > kLongestPath) return "has no 1 to 253 bytes";
  if (path.contains('\\')) return "has a backslash";
  if (path.starts_with('/')) return "is absolute";
  return {};
}

std::string_view file_problem(std::string_view path) {
  if (const std::string_view problem = common_path_problem(path); !problem.empty()) return problem;
  if (path == "openclaw.json") return "is the configuration, which spec.config writes";
  while (true) {
    const auto slash = path.find('/');
    const std::string_view problem = segment_problem(path.substr(0, slash));
    if (!problem.empty() || slash == std::string_view::npos) return problem;
    path.remove_prefix(slash + 1);
  }
}

std::string_view directory_problem(std::string_view path) {
  if (const std::string_view problem = common_path_problem(path); !problem.empty()) return problem;
  return path.contains("..") ? "has .." : "";
}

bool is_workspace_name(std::string_view name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && name.size() <= kLongestWorkspace && std::ranges::all_of(name, fits) &&
         !name.starts_with('-') && !name.ends_with('-') && !name.contains("--");
}

std::string_view package_problem(std::string_view name, bool takes_packs) {
  if (name.empty() || name.size() > kLongestPackage) return "has no 1 to 128 characters";
  std::string_view rest = name;
  for (const std::string_view prefix : {std::string_view("npm:"), std::string_view("pack:")}) {
    if (!rest.starts_with(prefix)) continue;
    if (prefix == "pack:" && !takes_packs) return "is a pack, which is a skill and no plugin";
    rest.remove_prefix(prefix.size());
    break;
  }
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_/.@").contains(c);
  };
  if (rest.empty()) return "has nothing after its prefix";
  return std::ranges::all_of(rest, fits) ? "" : "has a character outside A-Z a-z 0-9 - _ / . @";
}

std::string_view text_of(const json::Value& value) {
  return value.is_string() ? std::string_view(value.get_string()) : std::string_view();
}

void packages(const json::Array& list, std::string_view path, bool takes_packs, InstanceFindings& out) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string_view problem = package_problem(text_of(list[i]), takes_packs);
    if (!problem.empty()) {
      out.deny(fmt::format("spec.{}[{}] \"{}\" {}", path, i, text_of(list[i]).substr(0, kLongestPackage), problem));
    }
  }
}

void workspace(const SpecReader& block, std::string_view path, InstanceFindings& out) {
  if (block.has("configMapRef") && block.text("configMapRef.name").empty()) {
    out.deny(fmt::format("spec.{}.configMapRef.name is empty", path));
  }
  for (const auto& [file, _] : block.object("initialFiles")) {
    const std::string_view problem = file_problem(file);
    if (!problem.empty())
      out.deny(fmt::format("spec.{}.initialFiles: the path \"{}\" {}", path,
                           std::string_view(file).substr(0, kLongestPath), problem));
  }
  for (const json::Value& directory : block.list("initialDirectories")) {
    const std::string_view problem = directory_problem(text_of(directory));
    if (!problem.empty())
      out.deny(fmt::format("spec.{}.initialDirectories: the path \"{}\" {}", path,
                           text_of(directory).substr(0, kLongestPath), problem));
  }
}

}  // namespace

void judge_workspaces(const SpecReader& spec, InstanceFindings& out) {
  const json::Value main(spec.object("workspace"));
  workspace(SpecReader(main), "workspace", out);
  std::set<std::string_view> names;
  const json::Array& more = spec.list("workspace.additionalWorkspaces");
  for (std::size_t i = 0; i < more.size(); ++i) {
    const std::string path = fmt::format("workspace.additionalWorkspaces[{}]", i);
    const std::string_view name = json::find_string(more[i], "name");
    if (!is_workspace_name(name)) {
      out.deny(
          fmt::format("spec.{}.name \"{}\" is no name of a workspace: 1 to 63 of a-z and 0-9, parts joined by one "
                      "dash",
                      path, name.substr(0, kLongestWorkspace)));
    } else if (!names.insert(name).second) {
      out.deny(fmt::format("spec.{}.name \"{}\" is there twice", path, name));
    }
    const SpecReader block(more[i]);
    workspace(block, path, out);
    packages(block.list("skills"), path + ".skills", true, out);
  }
}

void judge_packages(const SpecReader& spec, InstanceFindings& out) {
  packages(spec.list("skills"), "skills", true, out);
  packages(spec.list("plugins"), "plugins", false, out);
}

}  // namespace rotor::admission
