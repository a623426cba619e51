#include <algorithm>

#include <fmt/format.h>

#include "json/document.hpp"
#include "openclaw/builders/identity.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/builders/parts.hpp"
#include "openclaw/managed.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

using api::NetworkPolicyEgressRule;
using api::NetworkPolicyIngressRule;
using api::NetworkPolicyPeer;
using api::NetworkPolicyPort;
using Ports = std::vector<NetworkPolicyPort>;

// Where Google's workload identity is asked for tokens: the metadata server, and itself where nodes intercept it.
constexpr std::string_view kMetadataServer = "169.254.169.254/32";
constexpr std::string_view kInterceptedMetadataServer = "169.254.169.252/32";

NetworkPolicyPort policy_port(int number, std::string protocol = "TCP") {
  return {.protocol = std::move(protocol), .port = json::Raw{fmt::to_string(number)}, .end_port = {}};
}

NetworkPolicyPeer addresses(std::string_view cidr) {
  NetworkPolicyPeer peer;
  peer.ip_block = api::IpBlock{std::string(cidr), {}};
  return peer;
}

NetworkPolicyPeer pods_of(const std::string& ns) {
  NetworkPolicyPeer peer;
  peer.namespace_selector.emplace().match_labels = {{"kubernetes.io/metadata.name", ns}};
  return peer;
}

api::InstanceNetworkPolicy wanted_policy(const api::OpenClawInstance& instance) {
  const auto& security = instance.spec.security;
  return security ? security->network_policy.value_or(api::InstanceNetworkPolicy{}) : api::InstanceNetworkPolicy{};
}

Place place_of_policy(const api::OpenClawInstance& instance) {
  return wanted_policy(instance).enabled.value_or(true) ? Place::kOurs : Place::kEmpty;
}

Ports gateway_ports(const api::InstanceSpec& spec) {
  if (proxy_runs(spec)) return {policy_port(kProxyPort), policy_port(kCanvasProxyPort)};
  return {policy_port(kGatewayPort), policy_port(kCanvasPort)};
}

// Two ports of the Service may lead to one of the pod, and one of them may be that of the metrics.
void add_port(Ports& ports, NetworkPolicyPort port) {
  const auto is_there = [&port](const NetworkPolicyPort& one) {
    return one.protocol == port.protocol && one.port->text == port.port->text;
  };
  if (std::ranges::none_of(ports, is_there)) ports.push_back(std::move(port));
}

// What listens in the pod, behind the ports of its Service.
Ports ingress_ports(const api::InstanceSpec& spec) {
  Ports ports;
  if (spec.networking && spec.networking->service) {
    for (const api::InstanceServicePort& p : spec.networking->service->ports) {
      add_port(ports, policy_port(p.target_port.value_or(p.port), p.protocol.empty() ? "TCP" : p.protocol));
    }
  }
  if (ports.empty()) ports = gateway_ports(spec);
  if (const auto metrics = scrape_port(spec)) add_port(ports, policy_port(*metrics));
  return ports;
}

std::vector<NetworkPolicyIngressRule> ingress(const api::OpenClawInstance& instance,
                                              const api::InstanceNetworkPolicy& wanted) {
  std::vector<NetworkPolicyPeer> from = {pods_of(instance.metadata.ns)};
  for (const std::string& ns : wanted.allowed_ingress_namespaces) from.push_back(pods_of(ns));
  for (const std::string& cidr : wanted.allowed_ingress_cidrs) from.push_back(addresses(cidr));
  const Ports ports = ingress_ports(instance.spec);
  std::vector<NetworkPolicyIngressRule> rules;
  for (NetworkPolicyPeer& peer : from) rules.push_back({.from = {std::move(peer)}, .ports = ports});
  return rules;
}

std::vector<NetworkPolicyEgressRule> egress(const api::OpenClawInstance& instance,
                                            const api::InstanceNetworkPolicy& wanted) {
  std::vector<NetworkPolicyEgressRule> rules;
  if (wanted.allow_dns.value_or(true)) rules.push_back({.to = {}, .ports = {policy_port(53, "UDP"), policy_port(53)}});
  rules.push_back({.to = {}, .ports = {policy_port(443)}});
  for (const std::string& cidr : wanted.allowed_egress_cidrs) rules.push_back({.to = {addresses(cidr)}, .ports = {}});
  if (has_cloud_identity(instance, kGoogleIdentity)) {
    rules.push_back({.to = {addresses(kInterceptedMetadataServer), addresses(kMetadataServer)},
                     .ports = {policy_port(988), policy_port(80)}});
  }
  rules.insert(rules.end(), wanted.additional_egress.begin(), wanted.additional_egress.end());
  return rules;
}

}  // namespace

api::NetworkPolicy build_network_policy(const api::OpenClawInstance& instance) {
  const api::InstanceNetworkPolicy wanted = wanted_policy(instance);
  api::NetworkPolicy policy;
  policy.metadata = managed_metadata(instance, instance.metadata.name);
  policy.spec.pod_selector.match_labels = selector_labels(instance);
  policy.spec.policy_types = {"Ingress", "Egress"};
  policy.spec.ingress = ingress(instance, wanted);
  policy.spec.egress = egress(instance, wanted);
  return policy;
}

ManagedKind network_policy_row() {
  return {
      .resource = kube::kResource<api::NetworkPolicy>,
      .description = &json::type_of<api::NetworkPolicy>,
      .status_key = "networkPolicy",
      .name = instance_name,
      .place = place_of_policy,
      .unwanted = Unwanted::kGoes,
      .build = [](const api::OpenClawInstance& i, const Surroundings&) { return json::write(build_network_policy(i)); },
      .condition = {"NetworkPolicyReady", "NetworkPolicyCreated", "NetworkPolicy created successfully"}};
}

}  // namespace rotor::openclaw
