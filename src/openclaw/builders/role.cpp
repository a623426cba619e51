#include "openclaw/builders/identity.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/managed.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

constexpr ManagedKind::Denied kDenied = {
    "RBACReady", "RoleDenied",
    "a role may give no more than the operator may do itself: take rules out of spec.security.rbac.additionalRules, or "
    "give the operator's ClusterRole the same ones"};

}  // namespace

// What the program reads of the cluster is its own configuration. A role must give nothing that the operator has not
// itself: the API server refuses it.
api::Role build_role(const api::OpenClawInstance& instance) {
  api::Role role;
  role.metadata = managed_metadata(instance, instance.metadata.name);
  role.rules.push_back({.api_groups = {""},
                        .resources = {"configmaps"},
                        .resource_names = {instance.metadata.name + "-config"},
                        .verbs = {"get", "watch"}});
  const auto& security = instance.spec.security;
  if (!security || !security->rbac) return role;
  for (const api::InstancePolicyRule& rule : security->rbac->additional_rules) {
    role.rules.push_back(
        {.api_groups = rule.api_groups, .resources = rule.resources, .resource_names = {}, .verbs = rule.verbs});
  }
  return role;
}

api::RoleBinding build_role_binding(const api::OpenClawInstance& instance) {
  api::RoleBinding binding;
  binding.metadata = managed_metadata(instance, instance.metadata.name);
  binding.role_ref = {std::string(api::kRbacGroup), "Role", instance.metadata.name};
  binding.subjects = {
      {.kind = "ServiceAccount", .api_group = {}, .name = service_account_name(instance), .ns = instance.metadata.ns}};
  return binding;
}

ManagedKind role_row() {
  return {.resource = kube::kResource<api::Role>,
          .description = &json::type_of<api::Role>,
          .status_key = "role",
          .name = instance_name,
          .place = place_of_identity,
          .build = [](const api::OpenClawInstance& i, const Surroundings&) { return json::write(build_role(i)); },
          .denied = kDenied};
}

ManagedKind role_binding_row() {
  return {
      .resource = kube::kResource<api::RoleBinding>,
      .description = &json::type_of<api::RoleBinding>,
      .status_key = "roleBinding",
      .name = instance_name,
      .place = place_of_identity,
      .build = [](const api::OpenClawInstance& i, const Surroundings&) { return json::write(build_role_binding(i)); },
      .denied = kDenied};
}

}  // namespace rotor::openclaw
