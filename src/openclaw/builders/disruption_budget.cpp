#include <fmt/format.h>

#include "openclaw/builders/objects.hpp"
#include "openclaw/managed.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

api::InstanceDisruptionBudget wanted_budget(const api::OpenClawInstance& instance) {
  const auto& availability = instance.spec.availability;
  return availability ? availability->pod_disruption_budget.value_or(api::InstanceDisruptionBudget{})
                      : api::InstanceDisruptionBudget{};
}

Place place_of_budget(const api::OpenClawInstance& instance) {
  return wanted_budget(instance).enabled.value_or(true) ? Place::kOurs : Place::kEmpty;
}

}  // namespace

api::PodDisruptionBudget build_disruption_budget(const api::OpenClawInstance& instance) {
  api::PodDisruptionBudget budget;
  budget.metadata = managed_metadata(instance, instance.metadata.name);
  budget.spec.max_unavailable = json::Raw{fmt::to_string(wanted_budget(instance).max_unavailable.value_or(1))};
  budget.spec.selector.match_labels = selector_labels(instance);
  return budget;
}

ManagedKind disruption_budget_row() {
  return {.resource = kube::kResource<api::PodDisruptionBudget>,
          .description = &json::type_of<api::PodDisruptionBudget>,
          .status_key = "podDisruptionBudget",
          .name = instance_name,
          .place = place_of_budget,
          .unwanted = Unwanted::kGoes,
          .build = [](const api::OpenClawInstance& i, const Surroundings&) {
            return json::write(build_disruption_budget(i));
          }};
}

}  // namespace rotor::openclaw
