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

}  // namespace

ConfigRules config_rules(const api::InstanceSpec& spec) {
  const api::InstanceConfig config = spec.config.value_or(api::InstanceConfig{});
  return {.merge = config.merge_mode == "merge", .force_paths = config.force_paths};
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

openclaw::WorkspacePlan plan_of_map(const kube::StringMap& map) {
  openclaw::WorkspaceFolder main{.name = "workspace", .directories = {}, .files = {}};
  for (const auto& [key, content] : map) {
    if (!key.starts_with(kOtherWorkspaces) && is_plain_name(key)) main.files.push_back({key, key, content});
  }
  openclaw::WorkspacePlan plan;
  plan.folders.push_back(std::move(main));
  return plan;
}

WorkspaceSeed workspace_seed(const openclaw::WorkspacePlan& plan, const kube::StringMap& map) {
  WorkspaceSeed out;
  for (const auto& [folder, directories, files] : plan.folders) {
    out.folders.push_back(folder);
    for (const std::string& path : directories) out.folders.push_back(fmt::format("{}/{}", folder, path));
    for (const openclaw::WorkspaceFile& file : files) {
      const auto found = map.find(file.key);
      const std::string& content = found == map.end() ? file.content : found->second;
      const bool once = file.path == openclaw::kBootstrapFile;
      out.files.insert_or_assign(
          fmt::format("{}/{}", folder, file.path),
          WorkspaceSeed::File{content, once ? fmt::format("{}/{}", folder, openclaw::kIdentityFile) : ""});
    }
  }
  return out;
}

}  // namespace rotor::local
