// https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "json/describe.hpp"
#include "kube/object/object.hpp"

namespace rotor::api {

struct NetworkPolicyPort {
  std::string protocol;
  std::optional<json::Raw> port;  // a number or the name of a container's port
  std::optional<std::int32_t> end_port;
};

struct IpBlock {
  std::string cidr;
  std::vector<std::string> except;
};

struct NetworkPolicyPeer {
  std::optional<kube::LabelSelector> pod_selector;
  std::optional<kube::LabelSelector> namespace_selector;
  std::optional<IpBlock> ip_block;
};

struct NetworkPolicyIngressRule {
  std::vector<NetworkPolicyPeer> from;
  std::vector<NetworkPolicyPort> ports;
};

struct NetworkPolicyEgressRule {
  std::vector<NetworkPolicyPeer> to;
  std::vector<NetworkPolicyPort> ports;
};

struct NetworkPolicySpec {
  kube::LabelSelector pod_selector;
  std::vector<std::string> policy_types;
  std::vector<NetworkPolicyIngressRule> ingress;
  std::vector<NetworkPolicyEgressRule> egress;
};

struct NetworkPolicy {
  std::string api_version = "networking.k8s.io/v1";
  std::string kind = "NetworkPolicy";
  kube::ObjectMeta metadata;
  NetworkPolicySpec spec;
};

}  // namespace rotor::api

namespace rotor::kube {
template <>
inline constexpr Resource kResource<api::NetworkPolicy> = {"networking.k8s.io", "v1", "networkpolicies",
                                                           "NetworkPolicy"};
}

namespace rotor::json {
ROTOR_DESCRIBED(api::NetworkPolicyPort);
ROTOR_DESCRIBED(api::IpBlock);
ROTOR_DESCRIBED(api::NetworkPolicyPeer);
ROTOR_DESCRIBED(api::NetworkPolicyIngressRule);
ROTOR_DESCRIBED(api::NetworkPolicyEgressRule);
ROTOR_DESCRIBED(api::NetworkPolicySpec);
ROTOR_DESCRIBED(api::NetworkPolicy);
}  // namespace rotor::json
