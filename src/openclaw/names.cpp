#include "openclaw/names.hpp"

namespace rotor::openclaw {

StringMap selector_labels(const OpenClawInstance& instance) {
  return {{"app.kubernetes.io/name", "openclaw"}, {"app.kubernetes.io/instance", instance.metadata.name}};
}

StringMap labels(const OpenClawInstance& instance) {
  StringMap all = selector_labels(instance);
  all.emplace(kManagedBy, kOperatorName);
  return all;
}

kube::OwnerReference owner_reference(const OpenClawInstance& instance) {
  const kube::Resource kind = kube::kResource<OpenClawInstance>;
  return {.api_version = kind.api_version(),
          .kind = std::string(kind.kind),
          .name = instance.metadata.name,
          .uid = instance.metadata.uid,
          .controller = true,
          .block_owner_deletion = true};
}

kube::ObjectMeta managed_metadata(const OpenClawInstance& instance, std::string name) {
  kube::ObjectMeta meta;
  meta.name = std::move(name);
  meta.ns = instance.metadata.ns;
  meta.labels = labels(instance);
  meta.owner_references = {owner_reference(instance)};
  return meta;
}

bool rolls_on_volumes(const OpenClawInstance& instance) {
  const auto said = instance.metadata.annotations.find(kRollOnVolumes);
  return said != instance.metadata.annotations.end() && said->second == "true";
}

std::string service_account_name(const OpenClawInstance& instance) {
  const auto& security = instance.spec.security;
  if (security && security->rbac && !security->rbac->service_account_name.empty()) {
    return security->rbac->service_account_name;
  }
  return instance.metadata.name;
}

std::string claim_name(const OpenClawInstance& instance) { return instance.metadata.name + "-data"; }

std::string gateway_secret_name(const OpenClawInstance& instance) {
  const auto& gateway = instance.spec.gateway;
  if (gateway && !gateway->existing_secret.empty()) return gateway->existing_secret;
  return instance.metadata.name + "-gateway-token";
}

}  // namespace rotor::openclaw
