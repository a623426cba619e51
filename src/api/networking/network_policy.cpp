#include "api/networking/network_policy.hpp"

namespace rotor::json {
using namespace api;

ROTOR_DESCRIBE(NetworkPolicyPort, "A port, or with endPort a range of them.",
               field<&NetworkPolicyPort::end_port>("endPort"),
               field<&NetworkPolicyPort::port>("port", {.int_or_string = true}),
               field<&NetworkPolicyPort::protocol>("protocol", {.doc = "TCP unless set."}));

ROTOR_DESCRIBE(IpBlock, "Addresses in CIDR notation.", field<&IpBlock::cidr>("cidr", {.required = true}),
               field<&IpBlock::except>("except"));

ROTOR_DESCRIBE(NetworkPolicyPeer, "One side of a connection: pods by their labels, or addresses.",
               field<&NetworkPolicyPeer::ip_block>("ipBlock"),
               field<&NetworkPolicyPeer::namespace_selector>("namespaceSelector"),
               field<&NetworkPolicyPeer::pod_selector>("podSelector"));

ROTOR_DESCRIBE(NetworkPolicyIngressRule, "Who may connect, and to which ports; an empty list means all.",
               field<&NetworkPolicyIngressRule::from>("from"), field<&NetworkPolicyIngressRule::ports>("ports"));

ROTOR_DESCRIBE(NetworkPolicyEgressRule, "Where to, and to which ports; an empty list means all.",
               field<&NetworkPolicyEgressRule::ports>("ports"), field<&NetworkPolicyEgressRule::to>("to"));

ROTOR_DESCRIBE(NetworkPolicySpec, "Which pods, and what traffic of theirs is let through.",
               field<&NetworkPolicySpec::egress>("egress"), field<&NetworkPolicySpec::ingress>("ingress"),
               field<&NetworkPolicySpec::pod_selector>("podSelector", {.required = true}),
               field<&NetworkPolicySpec::policy_types>("policyTypes"));

ROTOR_DESCRIBE(NetworkPolicy, "Traffic of pods that is let through.", field<&NetworkPolicy::api_version>("apiVersion"),
               field<&NetworkPolicy::kind>("kind"), field<&NetworkPolicy::metadata>("metadata"),
               field<&NetworkPolicy::spec>("spec"));

}  // namespace rotor::json
