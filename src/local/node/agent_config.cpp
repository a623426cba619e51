#include "local/node/agent_config.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "json/pretty.hpp"
#include "local/node/private_folder.hpp"

namespace rotor::local {
namespace {

using json::Array;
using json::Object;
using json::Value;

constexpr std::string_view kOtherWorkspaces = "--ws--";

std::optional<Object> object_in(std::string_view text) {
  auto parsed = json::parse(text);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  return std::move(parsed->get_object());
}

// Objects are joined member by member; anything else of `above` replaces what is below.
void join(Object& below, const Object& above) {
  for (const auto& [name, value] : above) {
    Value* const present = below.if_contains(name);
    if (present != nullptr && present->is_object() && value.is_object()) {
      join(present->get_object(), value.get_object());
    } else {
      below[name] = value;
    }
  }
}

void drop(Object& object, std::string_view path) {
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) {
    object.erase(path);
  } else if (Value* inner = object.if_contains(path.substr(0, dot)); inner != nullptr && inner->is_object()) {
    drop(inner->get_object(), path.substr(dot + 1));
  }
}

// Depth is bounded by the parser.
void use_local_paths(Value& value, const MountMap& mounts) {
  if (value.is_string()) {
    value = mounts.rewrite(value.get_string());
  } else if (value.is_array()) {
    for (Value& one : value.get_array()) use_local_paths(one, mounts);
  } else if (value.is_object()) {
    for (auto& member : value.get_object()) use_local_paths(member.value(), mounts);
  }
}

Object& object_at(Object& object, std::string_view name) {
  Value& inner = object[name];
  if (!inner.is_object()) inner = Object();
  return inner.get_object();
}

void listen_here(Object& config, std::uint16_t port) {
  Object& gateway = object_at(config, "gateway");
  gateway["bind"] = "loopback";
  gateway["port"] = port;
  Value* const control_ui = gateway.if_contains("controlUi");
  Value* const origins = control_ui != nullptr && control_ui->is_object()
                             ? control_ui->get_object().if_contains("allowedOrigins")
                             : nullptr;
  if (origins == nullptr || !origins->is_array()) return;
  for (const char* host : {"127.0.0.1", "localhost"}) {
    const Value origin(fmt::format("http://{}:{}", host, port));
    Array& all = origins->get_array();
    if (std::ranges::find(all, origin) == all.end()) all.push_back(origin);
  }
}

void add_files(WorkspaceSeed& seed, const std::string& folder, const Value& workspace, const kube::StringMap& flat) {
  const Value* written = json::find(workspace, "initialFiles");
  const Object files = written != nullptr && written->is_object() ? written->get_object() : Object();
  // The key of such a file is its path without slashes, or what had to be made of it.
  const auto stands_for_another = [&files](const std::string& key, const std::string& content) {
    return !files.contains(key) && std::ranges::any_of(files, [&content](const auto& file) {
      return file.value().is_string() && std::string_view(file.value().get_string()) == content;
    });
  };
  for (const auto& [key, content] : flat) {
    if (key.starts_with(kOtherWorkspaces) || !is_plain_name(key) || stands_for_another(key, content)) continue;
    seed.files.insert_or_assign(folder + "/" + key, content);
  }
  for (const auto& file : files) {
    if (!file.value().is_string() || !is_plain_path(file.key())) continue;
    seed.files.insert_or_assign(fmt::format("{}/{}", folder, std::string_view(file.key())),
                                std::string(file.value().get_string()));
  }
  const Value* folders = json::find(workspace, "initialDirectories");
  if (folders == nullptr || !folders->is_array()) return;
  for (const Value& one : folders->get_array()) {
    if (one.is_string() && is_plain_path(one.get_string())) {
      seed.folders.push_back(fmt::format("{}/{}", folder, std::string_view(one.get_string())));
    }
  }
}

kube::StringMap below(const kube::StringMap& map, const std::string& prefix) {
  kube::StringMap out;
  for (const auto& [key, content] : map) {
    if (key.starts_with(prefix)) out.emplace(key.substr(prefix.size()), content);
  }
  return out;
}

}  // namespace

ConfigRules config_rules(const Value& instance) {
  ConfigRules out{.merge = json::find_string(instance, "spec.config.mergeMode") == "merge"};
  const Value* paths = json::find(instance, "spec.config.forcePaths");
  if (paths == nullptr || !paths->is_array()) return out;
  for (const Value& path : paths->get_array()) {
    if (path.is_string()) out.force_paths.emplace_back(path.get_string());
  }
  return out;
}

LocalConfig local_config(std::string_view wanted, const std::optional<std::string>& present, const ConfigRules& rules,
                         const MountMap& mounts, std::uint16_t port) {
  std::optional<Object> above = object_in(wanted);
  if (!above) return {.text = mounts.rewrite(wanted), .adapted = false};
  std::optional<Object> config = rules.merge && present ? object_in(*present) : Object();
  const bool unusable = !config;
  if (!config) config.emplace();
  for (const std::string& path : rules.force_paths) drop(*config, path);
  join(*config, *above);
  Value whole(*std::move(config));
  use_local_paths(whole, mounts);
  listen_here(whole.get_object(), port);
  return {.text = json::pretty(whole), .present_unusable = unusable};
}

WorkspaceSeed workspace_seed(const Value& instance, const kube::StringMap& map) {
  WorkspaceSeed out;
  out.folders.emplace_back("workspace");
  const Value* main = json::find(instance, "spec.workspace");
  const Value workspace = main == nullptr ? Value(Object()) : *main;
  add_files(out, "workspace", workspace, map);
  const Value* more = json::find(workspace, "additionalWorkspaces");
  if (more == nullptr || !more->is_array()) return out;
  for (const Value& one : more->get_array()) {
    const std::string name(json::find_string(one, "name"));
    if (!is_plain_name(name)) continue;
    out.folders.push_back("workspace-" + name);
    add_files(out, "workspace-" + name, one, below(map, fmt::format("{}{}--", kOtherWorkspaces, name)));
  }
  return out;
}

}  // namespace rotor::local
