#include <algorithm>
#include <set>

#include "json/writer.hpp"
#include "openclaw/builders/image.hpp"
#include "openclaw/builders/init_config.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/builders/quantity.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

using api::EnvVar;

EnvVar literal(std::string_view name, std::string_view value) {
  EnvVar e;
  e.name = name;
  e.value = std::string(value);
  return e;
}

EnvVar token_variable(const OpenClawInstance& instance) {
  EnvVar e;
  e.name = kTokenVariable;
  e.value_from.emplace();
  e.value_from->secret_key_ref = {
      .name = gateway_secret_name(instance), .key = std::string(kTokenKey), .optional = std::nullopt};
  return e;
}

bool has_ca_bundle(const api::InstanceSpec& spec) {
  return spec.security && spec.security->ca_bundle &&
         (!spec.security->ca_bundle->config_map_name.empty() || !spec.security->ca_bundle->secret_name.empty());
}

std::vector<EnvVar> environment(const OpenClawInstance& instance, const PodInput& input) {
  std::vector<EnvVar> env = {literal("HOME", "/home/openclaw"),
                             literal("OPENCLAW_DISABLE_BONJOUR", "1"),
                             literal("OPENCLAW_GATEWAY_HANDSHAKE_TIMEOUT_MS", "10000"),
                             literal("NPM_CONFIG_PREFIX", "/home/openclaw/.local"),
                             literal("NPM_CONFIG_CACHE", "/home/openclaw/.cache/npm"),
                             literal("PIP_USER", "1")};
  if (input.inject_token && wants_token(instance.spec, known_around(input))) env.push_back(token_variable(instance));
  env.insert(env.end(), instance.spec.env.begin(), instance.spec.env.end());
  if (has_ca_bundle(instance.spec)) {
    env.push_back(literal("NODE_EXTRA_CA_CERTS", "/etc/ssl/certs/custom-ca-bundle.crt"));
  }
  return without_duplicates(std::move(env));
}

api::VolumeMount mount(std::string_view name, std::string_view path, std::string_view sub_path = {}) {
  api::VolumeMount m;
  m.name = name;
  m.mount_path = path;
  m.sub_path = sub_path;
  return m;
}

std::vector<api::VolumeMount> mounts(const api::InstanceSpec& spec) {
  std::vector<api::VolumeMount> all = {mount("data", "/home/openclaw/.openclaw"),
                                       mount("data", "/home/openclaw/.local", ".local"),
                                       mount("data", "/home/openclaw/.cache", ".cache"),
                                       mount("data", "/home/openclaw/.config", ".config"), mount("tmp", "/tmp")};
  if (has_ca_bundle(spec)) {
    const std::string& key = spec.security->ca_bundle->key;
    all.push_back(mount("ca-bundle", "/etc/ssl/certs/custom-ca-bundle.crt", key.empty() ? "ca-bundle.crt" : key));
    all.back().read_only = true;
  }
  all.insert(all.end(), spec.extra_volume_mounts.begin(), spec.extra_volume_mounts.end());
  all.push_back(operator_config_mount());
  return all;
}

json::Raw amount(std::string_view wanted, std::string_view otherwise) {
  return {json::quote(quantity_or(wanted, otherwise))};
}

api::ResourceRequirements resources(const api::InstanceSpec& spec) {
  const api::InstanceResources wanted = spec.resources.value_or(api::InstanceResources{});
  const api::ResourceAmounts requests = wanted.requests.value_or(api::ResourceAmounts{});
  const api::ResourceAmounts limits = wanted.limits.value_or(api::ResourceAmounts{});
  api::ResourceRequirements r;
  r.requests = {{"cpu", amount(requests.cpu, "500m")}, {"memory", amount(requests.memory, "1Gi")}};
  r.limits = {{"cpu", amount(limits.cpu, "2")}, {"memory", amount(limits.memory, "4Gi")}};
  return r;
}

api::SecurityContext security_context(const api::InstanceSpec& spec) {
  const api::InstanceSecurity wanted = spec.security.value_or(api::InstanceSecurity{});
  const api::InstanceContainerSecurity own = wanted.container.value_or(api::InstanceContainerSecurity{});
  const bool pod_non_root = !wanted.pod || wanted.pod->run_as_non_root.value_or(true);
  api::SecurityContext context;
  context.allow_privilege_escalation = own.allow_privilege_escalation.value_or(false);
  context.read_only_root_filesystem = own.read_only_root_filesystem.value_or(true);
  context.run_as_non_root = own.run_as_non_root.value_or(pod_non_root);
  context.run_as_user = own.run_as_user;
  context.capabilities = own.capabilities.value_or(api::Capabilities{.add = {}, .drop = {"ALL"}});
  context.seccomp_profile = {.type = "RuntimeDefault", .localhost_profile = {}};
  return context;
}

api::ContainerPort container_port(std::string_view name, std::int32_t number) {
  api::ContainerPort p;
  p.name = name;
  p.container_port = number;
  p.protocol = "TCP";
  return p;
}

}  // namespace

std::vector<EnvVar> without_duplicates(std::vector<EnvVar> env) {
  std::set<std::string_view> seen;
  std::vector<EnvVar> kept;
  for (auto it = env.rbegin(); it != env.rend(); ++it) {
    if (seen.insert(it->name).second) kept.push_back(*it);
  }
  std::ranges::reverse(kept);
  return kept;
}

api::Container build_main_container(const OpenClawInstance& instance, const PodInput& input) {
  api::Container main;
  main.name = kMainContainer;
  main.image = instance_image(instance.spec);
  main.image_pull_policy = instance_pull_policy(instance.spec);
  main.ports = {container_port("gateway", kGatewayPort), container_port("canvas", kCanvasPort)};
  main.env_from = instance.spec.env_from;
  main.env = environment(instance, input);
  main.resources = resources(instance.spec);
  main.volume_mounts = mounts(instance.spec);
  main.security_context = security_context(instance.spec);
  main.lifecycle = config_lifecycle(instance.spec);
  return main;
}

}  // namespace rotor::openclaw
