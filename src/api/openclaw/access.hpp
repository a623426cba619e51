// What may reach an instance's pod and what it may reach, which rights it has, and how many may be evicted.
#pragma once

#include "api/networking/network_policy.hpp"

namespace rotor::api {

struct InstanceNetworkPolicy {
  std::optional<bool> enabled;
  std::vector<std::string> allowed_ingress_cidrs;
  std::vector<std::string> allowed_ingress_namespaces;
  std::vector<std::string> allowed_egress_cidrs;
  std::optional<bool> allow_dns;
  std::vector<NetworkPolicyEgressRule> additional_egress;
};

struct InstancePolicyRule {
  std::vector<std::string> api_groups;
  std::vector<std::string> resources;
  std::vector<std::string> verbs;
};

struct InstanceDisruptionBudget {
  std::optional<bool> enabled;
  std::optional<std::int32_t> max_unavailable;
};

}  // namespace rotor::api

namespace rotor::json {
ROTOR_DESCRIBED(api::InstanceNetworkPolicy);
ROTOR_DESCRIBED(api::InstancePolicyRule);
ROTOR_DESCRIBED(api::InstanceDisruptionBudget);
}  // namespace rotor::json
