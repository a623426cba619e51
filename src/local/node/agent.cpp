#include "local/node/agent.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <ranges>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/core/config_map.hpp"
#include "api/openclaw/instance.hpp"
#include "local/node/agent_config.hpp"
#include "local/node/pod_objects.hpp"
#include "local/node/pod_storage.hpp"
#include "local/node/private_file.hpp"
#include "local/node/private_folder.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/surroundings.hpp"

namespace rotor::local {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMain = "openclaw";
constexpr std::string_view kData = "/home/openclaw/.openclaw";
constexpr std::string_view kTemporary = "/tmp";
constexpr std::string_view kInitConfig = "init-config";
constexpr std::string_view kConfigFile = "openclaw.json";
constexpr std::array kPortsOfPod = {18789, 18790, 18793, 18794};  // gateway and canvas, their proxies
// They fill an image's folders with tools; here the tools are this machine's.
constexpr std::array<std::string_view, 6> kImageSteps = {"init-uv",   "init-pip",    "init-plugin-runtime-deps",
                                                         "init-pnpm", "init-python", "init-skills"};
constexpr std::array<std::string_view, 2> kStandBefore = {"gateway-proxy", "otel-collector"};

const api::Container* find_container(const std::vector<api::Container>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &api::Container::name);
  return found == all.end() ? nullptr : &*found;
}

void set_default(api::Container& container, std::string_view name, std::string value) {
  if (std::ranges::find(container.env, name, &api::EnvVar::name) != container.env.end()) return;
  for (std::size_t at = value.find('$'); at != std::string::npos; at = value.find('$', at + 2)) value.insert(at, "$");
  container.env.push_back({std::string(name), std::move(value), std::nullopt});
}

std::string map_behind(const api::PodSpec& pod, std::string_view volume) {
  const auto found = std::ranges::find(pod.volumes, volume, &api::Volume::name);
  return found == pod.volumes.end() || !found->config_map ? std::string() : found->config_map->name;
}

// The instance whose StatefulSet the pod is of: they have one name.
std::string instance_name(const api::Pod& pod) {
  for (const kube::OwnerReference& owner : pod.metadata.owner_references) {
    if (owner.controller.value_or(false)) return owner.name;
  }
  return {};
}

Result<void> write_config(const std::string& data, const kube::StringMap& map, const ConfigRules& rules,
                          const MountMap& mounts, std::uint16_t port, std::vector<std::string>& notes) {
  const auto wanted = map.find(kConfigFile);
  if (wanted == map.end()) return {};
  const std::string file = fmt::format("{}/{}", data, kConfigFile);
  const auto present = read_private_file(file);
  const LocalConfig config = local_config(wanted->second, present, rules, mounts, port);
  if (!config.adapted) {
    notes.push_back(fmt::format(
        "{} is no plain JSON: it is written as it is, gateway.bind and gateway.port are its own", kConfigFile));
  }
  if (config.present_unusable) {
    TRY_VOID(write_private_file(file + ".invalid", *present));
    notes.push_back(fmt::format("{} is no JSON object, and was put aside as {}.invalid", file, kConfigFile));
  }
  return write_private_file(file, config.text);
}

Result<void> seed_workspace(const std::string& data, const WorkspaceSeed& seed) {
  std::error_code error;
  const auto make_folder = [&error](const std::string& path) -> Result<void> {
    if (fs::is_directory(path, error)) return {};
    return make_private_folder(path);
  };
  const auto is_there = [&](const std::string& path) {
    return fs::exists(fs::symlink_status(fs::path(data) / path, error));
  };
  for (const std::string& folder : seed.folders) TRY_VOID(make_folder(fmt::format("{}/{}", data, folder)));
  for (const auto& [path, file] : seed.files) {
    TRY_VOID(make_folder((fs::path(data) / path).parent_path().string()));
    if (is_there(path) || (!file.unless.empty() && is_there(file.unless))) continue;
    TRY_VOID(write_private_file(fmt::format("{}/{}", data, path), file.content));
  }
  return {};
}

// The init container's part: a program that the assistant starts by its path.
Result<void> write_resolver(const MountMap& mounts) {
  const auto file = mounts.local(openclaw::kResolverFile);
  if (!file) return {};
  TRY_VOID(write_private_file(*file, openclaw::in_place_resolver()));
  std::error_code error;
  fs::permissions(*file, fs::perms::owner_all, error);
  if (error) return fail(Code::kUnavailable, fmt::format("{}: {}", *file, error.message()));
  return {};
}

Task<Result<kube::StringMap>> read_map(kube::Client& client, std::string ns, std::string name) {
  if (name.empty()) co_return kube::StringMap{};
  auto map = co_await kube::get<api::ConfigMap>(client, {ns, name});
  if (map) co_return std::move(map->data);
  if (map.error().code == Code::kNotFound) {
    co_return fail(Code::kNotFound, fmt::format("configmap \"{}\" not found", name));
  }
  co_return std::unexpected(std::move(map).error().prefixed("reading configmap " + name));
}

// nullopt: the StatefulSet is one of its own.
Task<Result<std::optional<api::InstanceSpec>>> read_spec(kube::Client& client, kube::Key key) {
  auto instance = co_await kube::get<api::OpenClawInstance>(client, key);
  if (instance) co_return std::move(instance->spec);
  if (instance.error().code == Code::kNotFound) co_return std::nullopt;
  co_return std::unexpected(std::move(instance).error().prefixed("reading openclawinstance " + key.name));
}

// Which key of the workspace's ConfigMap is which file, as the init container's script was told: that goes by the
// ConfigMaps that the spec names, too.
Task<Result<openclaw::WorkspacePlan>> read_workspace_plan(kube::Client& client, std::string ns,
                                                          api::InstanceSpec spec) {
  openclaw::Surroundings around;
  for (const std::string& name : openclaw::named_config_maps(spec)) {
    auto map = co_await read_map(client, ns, name);
    if (map) {
      around.config_maps.emplace(name, std::make_shared<const api::StringMap>(*std::move(map)));
    } else if (map.error().code != Code::kNotFound) {
      co_return std::unexpected(std::move(map).error());
    }
  }
  co_return openclaw::plan_workspace(spec, around);
}

}  // namespace

bool is_agent(const api::Pod& pod) {
  if (pod.spec.containers.empty() || pod.spec.containers.front().name != kMain) return false;
  const auto& mounts = pod.spec.containers.front().volume_mounts;
  return std::ranges::any_of(mounts, [](const auto& mount) { return tidy_path(mount.mount_path) == kData; });
}

bool runs_gateway(const std::vector<std::string>& words) {
  const std::string line = fmt::format("{} ", fmt::join(words, " "));
  const std::size_t program = line.find("openclaw");
  return program != std::string::npos && line.find(" gateway ", program) != std::string::npos;
}

std::uint16_t gateway_port(const std::vector<std::string>& words, const Environment& environment) {
  std::string_view text;
  const auto variable = std::ranges::find(environment, kPortVariable, &Variable::name);
  if (variable != environment.end()) text = variable->value.reveal();
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--port" && i + 1 < words.size()) text = words[i + 1];
    if (words[i].starts_with("--port=")) text = std::string_view(words[i]).substr(7);
  }
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() ? port : std::uint16_t{0};
}

std::string describe_end(const Exit& exit, bool gateway) {
  constexpr int kUnusable = 78;
  if (exit.signal != 0) return fmt::format("was ended by signal {}", exit.signal);
  if (!gateway || exit.code != kUnusable) return fmt::format("exited with code {}", exit.code);
  return fmt::format(
      "exited with code {}: OpenClaw cannot use its configuration or its state folder, and its last lines say why; a "
      "restart alone mends neither, a change of the manifests starts it at once",
      exit.code);
}

int port_here(int declared, std::uint16_t gateway) {
  return gateway != 0 && std::ranges::find(kPortsOfPod, declared) != kPortsOfPod.end() ? gateway : declared;
}

References agent_references(const api::PodSpec& pod) {
  const api::Container* init = find_container(pod.init_containers, kInitConfig);
  return init == nullptr ? References{} : volume_references(pod, *init);
}

namespace {

// Of the template: those that the pod of this node was made without, and those it has all the same.
std::vector<std::string> others_beside_the_first(const api::Pod& pod) {
  std::vector<std::string> out;
  if (const auto names = pod.metadata.annotations.find(kNotRunHere); names != pod.metadata.annotations.end()) {
    for (const auto name : std::views::split(std::string_view(names->second), ',')) {
      out.emplace_back(name.begin(), name.end());
    }
  }
  for (std::size_t i = 1; i < pod.spec.containers.size(); ++i) out.push_back(pod.spec.containers[i].name);
  return out;
}

}  // namespace

std::vector<std::string> left_out(const api::Pod& pod) {
  const bool agent = is_agent(pod);
  std::vector<std::string> tools;
  std::vector<std::string> proxies;
  std::vector<std::string> users;
  for (const api::Container& init : pod.spec.init_containers) {
    if (agent && init.name == kInitConfig) continue;  // done by the node
    const bool ours = agent && std::ranges::find(kImageSteps, init.name) != kImageSteps.end();
    (ours ? tools : users).push_back(init.name);
  }
  for (const std::string& name : others_beside_the_first(pod)) {
    if (agent && name == openclaw::kReloadContainer) continue;  // done by the node
    const bool ours = agent && std::ranges::find(kStandBefore, name) != kStandBefore.end();
    (ours ? proxies : users).push_back(name);
  }
  std::vector<std::string> out;
  if (!tools.empty()) {
    out.push_back(fmt::format("not run here: {}: they put tools into a volume, and here the tools are this machine's",
                              fmt::join(tools, ", ")));
  }
  if (!proxies.empty()) {
    out.push_back(
        fmt::format("not run here: {}: the gateway itself is reached on 127.0.0.1", fmt::join(proxies, ", ")));
  }
  if (!users.empty()) {
    out.push_back(
        fmt::format("not run here: {}: of a pod its first container alone becomes a process; start what they "
                    "do yourself if it is needed",
                    fmt::join(users, ", ")));
  }
  return out;
}

Task<Result<LaidOut>> lay_out_agent(kube::Client& client, std::shared_ptr<const api::Pod> pod, LocalContainer local,
                                    std::uint16_t port) {
  LaidOut out{std::move(local)};
  const std::string data = out.local.mounts.local(kData).value_or("");
  if (data.empty()) co_return out;
  const std::string& ns = pod->metadata.ns;
  if (find_container(pod->spec.init_containers, kInitConfig) != nullptr) {
    CO_TRY(const std::optional<api::InstanceSpec> spec, co_await read_spec(client, {ns, instance_name(*pod)}));
    CO_TRY(const kube::StringMap config, co_await read_map(client, ns, map_behind(pod->spec, "config")));
    CO_TRY(const kube::StringMap workspace, co_await read_map(client, ns, map_behind(pod->spec, "workspace-init")));
    openclaw::WorkspacePlan plan = plan_of_map(workspace);
    if (spec) {
      CO_TRY(plan, co_await read_workspace_plan(client, ns, *spec));
    }
    const ConfigRules rules = spec ? config_rules(*spec) : ConfigRules{};
    CO_TRY_VOID(write_config(data, config, rules, out.local.mounts, port, out.notes));
    CO_TRY_VOID(seed_workspace(data, workspace_seed(plan, workspace)));
    CO_TRY_VOID(write_resolver(out.local.mounts));
  }
  out.reload_values = out.local.mounts.local(openclaw::kReloadValuesPath).value_or("");
  out.reload_tools = out.local.mounts.local(openclaw::kReloadToolsPath).value_or("");
  set_default(out.local.container, "OPENCLAW_STATE_DIR", data);
  set_default(out.local.container, "OPENCLAW_CONFIG_PATH", fmt::format("{}/{}", data, kConfigFile));
  set_default(out.local.container, kPortVariable, std::to_string(port));
  if (const auto temporary = out.local.mounts.local(kTemporary)) {
    set_default(out.local.container, "TMPDIR", *temporary);
  }
  co_return out;
}

}  // namespace rotor::local
