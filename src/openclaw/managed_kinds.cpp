#include <vector>

#include "openclaw/managed.hpp"

namespace rotor::openclaw {

// Each in the file of its name in builders/.
ManagedKind service_account_row();
ManagedKind role_row();
ManagedKind role_binding_row();
ManagedKind network_policy_row();
ManagedKind gateway_secret_row();
ManagedKind config_map_row();
ManagedKind workspace_map_row();
ManagedKind claim_row();
ManagedKind disruption_budget_row();
ManagedKind service_row();
ManagedKind stateful_set_row();

ManagedKinds managed_kinds() {
  static const std::vector<ManagedKind> kRows = {
      service_account_row(),   role_row(),       role_binding_row(),  network_policy_row(),
      gateway_secret_row(),    config_map_row(), workspace_map_row(), claim_row(),
      disruption_budget_row(), service_row(),    stateful_set_row(),
  };
  return kRows;
}

Place always_ours(const api::OpenClawInstance&) { return Place::kOurs; }

std::string instance_name(const api::OpenClawInstance& instance) { return instance.metadata.name; }

}  // namespace rotor::openclaw
