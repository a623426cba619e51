#include "openclaw/builders/parts.hpp"

#include "json/writer.hpp"

namespace rotor::openclaw {

bool proxy_runs(const api::InstanceSpec& spec) { return !spec.gateway || spec.gateway->enabled.value_or(true); }

std::optional<std::int32_t> scrape_port(const api::InstanceSpec& spec) {
  const auto& told = spec.observability;
  const api::InstanceMetrics metrics = told && told->metrics ? *told->metrics : api::InstanceMetrics{};
  if (!metrics.enabled.value_or(true)) return std::nullopt;
  return metrics.port.value_or(9090);
}

bool has_ca_bundle(const api::InstanceSpec& spec) {
  if (!spec.security || !spec.security->ca_bundle) return false;
  return !spec.security->ca_bundle->config_map_name.empty() || !spec.security->ca_bundle->secret_name.empty();
}

api::EnvVar variable(std::string_view name, std::string_view value) {
  api::EnvVar e;
  e.name = name;
  e.value = std::string(value);
  return e;
}

api::VolumeMount mount(std::string_view volume, std::string_view path, std::string_view sub_path) {
  api::VolumeMount m;
  m.name = volume;
  m.mount_path = path;
  m.sub_path = sub_path;
  return m;
}

api::VolumeMount read_only(api::VolumeMount mount) {
  mount.read_only = true;
  return mount;
}

api::ContainerPort tcp_port(std::string_view name, std::int32_t number) {
  api::ContainerPort p;
  p.name = name;
  p.container_port = number;
  p.protocol = "TCP";
  return p;
}

api::SecurityContext hardened(bool run_as_non_root) {
  api::SecurityContext context;
  context.allow_privilege_escalation = false;
  context.capabilities = api::Capabilities{.add = {}, .drop = {"ALL"}};
  context.read_only_root_filesystem = true;
  context.run_as_non_root = run_as_non_root;
  context.seccomp_profile = {.type = "RuntimeDefault", .localhost_profile = {}};
  return context;
}

bool pod_is_non_root(const api::InstanceSpec& spec) {
  const auto& security = spec.security;
  return !security || !security->pod || security->pod->run_as_non_root.value_or(true);
}

api::ResourceRequirements resources(const Amounts& requests, const Amounts& limits) {
  const auto amounts = [](const Amounts& of) {
    return std::map<std::string, json::Raw, std::less<>>{{"cpu", json::Raw{json::quote(of.cpu)}},
                                                         {"memory", json::Raw{json::quote(of.memory)}}};
  };
  api::ResourceRequirements r;
  r.requests = amounts(requests);
  r.limits = amounts(limits);
  return r;
}

}  // namespace rotor::openclaw
