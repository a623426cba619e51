#include "api/openclaw/access.hpp"

namespace rotor::json {
using namespace api;

ROTOR_DESCRIBE(InstanceNetworkPolicy, "What may reach the pod and what it may reach.",
               field<&InstanceNetworkPolicy::additional_egress>("additionalEgress", {.doc = "Appended as written."}),
               field<&InstanceNetworkPolicy::allow_dns>("allowDNS", {.default_json = "true"}),
               field<&InstanceNetworkPolicy::allowed_egress_cidrs>("allowedEgressCIDRs",
                                                                   {.doc = "Reachable on every port."}),
               field<&InstanceNetworkPolicy::allowed_ingress_cidrs>("allowedIngressCIDRs"),
               field<&InstanceNetworkPolicy::allowed_ingress_namespaces>("allowedIngressNamespaces",
                                                                         {.doc = "Beside the instance's own."}),
               field<&InstanceNetworkPolicy::enabled>("enabled", {.default_json = "true"}));

ROTOR_DESCRIBE(InstancePolicyRule, "A right that the pod's identity gets in its namespace.",
               field<&InstancePolicyRule::api_groups>("apiGroups", {.required = true}),
               field<&InstancePolicyRule::resources>("resources", {.required = true}),
               field<&InstancePolicyRule::verbs>("verbs", {.required = true}));

ROTOR_DESCRIBE(InstanceDisruptionBudget, "How many pods an eviction may leave.",
               field<&InstanceDisruptionBudget::enabled>("enabled", {.default_json = "true"}),
               field<&InstanceDisruptionBudget::max_unavailable>("maxUnavailable", {.default_json = "1"}));

}  // namespace rotor::json
