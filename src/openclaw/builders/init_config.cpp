#include "openclaw/builders/init_config.hpp"

#include "json/describe.hpp"
#include "json/document.hpp"
#include "openclaw/builders/config.hpp"
#include "openclaw/builders/image.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/builders/parts.hpp"
#include "openclaw/builders/workspace.hpp"

namespace rotor::openclaw {
namespace {

constexpr std::string_view kSmallImage = "docker.io/library/busybox:1.37";

// Merging and converting need Node, which the assistant's own image has.
bool needs_node(const api::InstanceSpec& spec) {
  return spec.config && (spec.config->merge_mode == "merge" || spec.config->format == "json5");
}

api::SecurityContext init_security(const api::InstanceSpec& spec) {
  api::SecurityContext context = hardened(pod_is_non_root(spec));
  context.read_only_root_filesystem = !needs_node(spec);
  return context;
}

}  // namespace

bool needs_init_tmp(const api::InstanceSpec& spec) { return needs_node(spec); }

api::Container build_init_config(const api::OpenClawInstance& instance, const Surroundings& around) {
  const api::InstanceSpec& spec = instance.spec;
  const bool node = needs_node(spec);
  api::Container container;
  container.name = "init-config";
  container.image = node ? instance_image(spec) : with_registry(kSmallImage, spec.registry);
  container.image_pull_policy = node ? instance_pull_policy(spec) : "IfNotPresent";
  container.command = {"sh", "-c", init_config_script(spec, around)};
  container.volume_mounts = {mount("data", "/data"), mount("config", "/config")};
  if (node) {
    container.env = {variable("HOME", "/tmp"), variable("NPM_CONFIG_CACHE", "/tmp/.npm")};
    container.volume_mounts.push_back(mount("init-tmp", "/tmp"));
  }
  container.volume_mounts.push_back(read_only(mount("workspace-init", "/workspace-init")));
  container.security_context = init_security(spec);
  if (!in_place_keys(instance, around).empty()) write_resolver(container);
  return container;
}

api::VolumeMount operator_config_mount() { return read_only(mount("config", "/operator-config")); }

api::OptionalRaw config_lifecycle(const api::InstanceSpec& spec) {
  const std::string script =
      config_script(spec.config.value_or(api::InstanceConfig{}),
                    {.wanted = "/operator-config/openclaw.json", .present = "/home/openclaw/.openclaw/openclaw.json"});
  if (script.empty()) return std::nullopt;
  const json::Array command = {"sh", "-c", "set -e\n" + script};
  const json::Object exec{{"exec", json::Object{{"command", command}}}};
  return json::Raw{json::serialize(json::Object{{"postStart", exec}})};
}

}  // namespace rotor::openclaw
