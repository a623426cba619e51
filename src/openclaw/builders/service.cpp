#include <algorithm>

#include <fmt/format.h>

#include "openclaw/builders/objects.hpp"
#include "openclaw/builders/parts.hpp"
#include "openclaw/managed.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

api::ServicePort port(std::string name, std::int32_t number, std::int32_t target, std::string protocol = "TCP") {
  api::ServicePort p;
  p.name = std::move(name);
  p.protocol = std::move(protocol);
  p.port = number;
  p.target_port = json::Raw{fmt::to_string(target)};
  return p;
}

std::vector<api::ServicePort> default_ports(const api::InstanceSpec& spec) {
  if (!proxy_runs(spec)) return {port("gateway", kGatewayPort, kGatewayPort), port("canvas", kCanvasPort, kCanvasPort)};
  return {port("gateway", kGatewayPort, kProxyPort), port("canvas", kCanvasPort, kCanvasProxyPort)};
}

// A port of the user's that is called so, or has the number, takes its place.
void add_metrics(const api::InstanceSpec& spec, std::vector<api::ServicePort>& ports) {
  const std::optional<std::int32_t> number = scrape_port(spec);
  const auto stands_for_it = [&number](const api::ServicePort& p) { return p.name == "metrics" || p.port == *number; };
  if (number && std::ranges::none_of(ports, stands_for_it)) ports.push_back(port("metrics", *number, *number));
}

std::vector<api::ServicePort> custom_ports(const std::vector<api::InstanceServicePort>& wanted) {
  std::vector<api::ServicePort> ports;
  for (const api::InstanceServicePort& p : wanted) {
    ports.push_back(port(p.name, p.port, p.target_port.value_or(p.port), p.protocol.empty() ? "TCP" : p.protocol));
  }
  return ports;
}

}  // namespace

api::Service build_service(const api::OpenClawInstance& instance) {
  const auto& networking = instance.spec.networking;
  const api::InstanceService wanted = networking && networking->service ? *networking->service : api::InstanceService{};
  api::Service service;
  service.metadata = managed_metadata(instance, instance.metadata.name);
  service.metadata.annotations = wanted.annotations;
  service.spec.type = wanted.type.empty() ? "ClusterIP" : wanted.type;
  service.spec.selector = selector_labels(instance);
  service.spec.session_affinity = "None";
  service.spec.ports = wanted.ports.empty() ? default_ports(instance.spec) : custom_ports(wanted.ports);
  add_metrics(instance.spec, service.spec.ports);
  return service;
}

ManagedKind service_row() {
  return {.resource = kube::kResource<api::Service>,
          .description = &json::type_of<api::Service>,
          .status_key = "service",
          .name = instance_name,
          .place = always_ours,
          .build = [](const api::OpenClawInstance& i, const Surroundings&) { return json::write(build_service(i)); },
          .condition = {"ServiceReady", "ServiceCreated", "Service created successfully"}};
}

}  // namespace rotor::openclaw
