#include "json/document.hpp"
#include "openclaw/builders/identity.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/managed.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
Place place_of_identity(const api::OpenClawInstance& instance) {
  const auto& security = instance.spec.security;
  const bool wanted = !security || !security->rbac || security->rbac->create_service_account.value_or(true);
  return wanted ? Place::kOurs : Place::kEmpty;
}

bool has_cloud_identity(const api::OpenClawInstance& instance, std::string_view annotation) {
  const auto& security = instance.spec.security;
  return security && security->rbac && security->rbac->service_account_annotations.contains(annotation);
}

bool block_enabled(const api::OptionalRaw& block) {
  if (!block) return false;
  const auto document = json::parse(block->text);
  const json::Value* flag = document ? json::find(*document, "enabled") : nullptr;
  return flag != nullptr && flag->is_bool() && flag->get_bool();
}

bool mounts_api_token(const api::InstanceSpec& spec) {
  return block_enabled(spec.self_configure) || block_enabled(spec.tailscale);
}

api::ServiceAccount build_service_account(const api::OpenClawInstance& instance) {
  api::ServiceAccount account;
  account.metadata = managed_metadata(instance, service_account_name(instance));
  if (const auto& security = instance.spec.security; security && security->rbac) {
    account.metadata.annotations = security->rbac->service_account_annotations;
  }
  account.automount_service_account_token = mounts_api_token(instance.spec);
  return account;
}

// Whoever runs the pod under an account of their own may go on using ours.
ManagedKind service_account_row() {
  return {.resource = kube::kResource<api::ServiceAccount>,
          .description = &json::type_of<api::ServiceAccount>,
          .status_key = "serviceAccount",
          .name = service_account_name,
          .place = place_of_identity,
          .build = [](const api::OpenClawInstance& i,
                      const Surroundings&) { return json::write(build_service_account(i)); },
          .condition = {"RBACReady", "RBACCreated", "RBAC resources created successfully"}};
}

}  // namespace rotor::openclaw
