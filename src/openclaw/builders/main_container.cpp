#include <algorithm>

#include "api/core/quantity.hpp"
#include "openclaw/builders/image.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/builders/init_config.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/builders/parts.hpp"
#include "openclaw/builders/users_parts.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

using api::EnvVar;

constexpr std::string_view kCaFile = "/etc/ssl/certs/custom-ca-bundle.crt";

EnvVar token_variable(const OpenClawInstance& instance) {
  EnvVar e;
  e.name = kTokenVariable;
  e.value_from.emplace();
  e.value_from->secret_key_ref = {
      .name = gateway_secret_name(instance), .key = std::string(kTokenKey), .optional = std::nullopt};
  return e;
}

std::vector<EnvVar> environment(const OpenClawInstance& instance, const PodInput& input) {
  std::vector<EnvVar> env = {variable("HOME", "/home/openclaw"),
                             variable("OPENCLAW_DISABLE_BONJOUR", "1"),
                             variable("OPENCLAW_GATEWAY_HANDSHAKE_TIMEOUT_MS", "10000"),
                             variable("NPM_CONFIG_PREFIX", "/home/openclaw/.local"),
                             variable("NPM_CONFIG_CACHE", "/home/openclaw/.cache/npm"),
                             variable("PIP_USER", "1")};
  if (input.inject_token && wants_token(instance.spec, known_around(input))) env.push_back(token_variable(instance));
  std::ranges::transform(instance.spec.env, std::back_inserter(env), users_variable);
  if (has_ca_bundle(instance.spec)) {
    env.push_back(variable("NODE_EXTRA_CA_CERTS", kCaFile));
  }
  return without_duplicates(std::move(env));
}

std::vector<api::VolumeMount> mounts(const api::InstanceSpec& spec) {
  std::vector<api::VolumeMount> all = {mount("data", "/home/openclaw/.openclaw"),
                                       mount("data", "/home/openclaw/.local", ".local"),
                                       mount("data", "/home/openclaw/.cache", ".cache"),
                                       mount("data", "/home/openclaw/.config", ".config"), mount("tmp", "/tmp")};
  if (has_ca_bundle(spec)) {
    const std::string& key = spec.security->ca_bundle->key;
    all.push_back(read_only(mount("ca-bundle", kCaFile, key.empty() ? "ca-bundle.crt" : key)));
  }
  all.insert(all.end(), spec.extra_volume_mounts.begin(), spec.extra_volume_mounts.end());
  all.push_back(operator_config_mount());
  return all;
}

api::ResourceRequirements main_resources(const api::InstanceSpec& spec) {
  const api::InstanceResources wanted = spec.resources.value_or(api::InstanceResources{});
  const api::ResourceAmounts requests = wanted.requests.value_or(api::ResourceAmounts{});
  const api::ResourceAmounts limits = wanted.limits.value_or(api::ResourceAmounts{});
  return resources({.cpu = api::quantity_or(requests.cpu, "500m"), .memory = api::quantity_or(requests.memory, "1Gi")},
                   {.cpu = api::quantity_or(limits.cpu, "2"), .memory = api::quantity_or(limits.memory, "4Gi")});
}

api::SecurityContext security_context(const api::InstanceSpec& spec) {
  const api::InstanceSecurity wanted = spec.security.value_or(api::InstanceSecurity{});
  const api::InstanceContainerSecurity own = wanted.container.value_or(api::InstanceContainerSecurity{});
  api::SecurityContext context = hardened(own.run_as_non_root.value_or(pod_is_non_root(spec)));
  context.allow_privilege_escalation = own.allow_privilege_escalation.value_or(false);
  context.read_only_root_filesystem = own.read_only_root_filesystem.value_or(true);
  context.run_as_user = own.run_as_user;
  if (own.capabilities) context.capabilities = own.capabilities;
  return context;
}

}  // namespace

api::Container build_main_container(const OpenClawInstance& instance, const PodInput& input) {
  api::Container main;
  main.name = kMainContainer;
  main.image = instance_image(instance.spec);
  main.image_pull_policy = instance_pull_policy(instance.spec);
  main.ports = {tcp_port("gateway", kGatewayPort), tcp_port("canvas", kCanvasPort)};
  main.env_from = instance.spec.env_from;
  main.env = environment(instance, input);
  main.resources = main_resources(instance.spec);
  main.volume_mounts = mounts(instance.spec);
  main.security_context = security_context(instance.spec);
  main.lifecycle = config_lifecycle(instance.spec);
  add_probes(instance.spec, main);
  deliver_in_place(in_place_keys(instance, known_around(input)), main);
  return main;
}

}  // namespace rotor::openclaw
