#include "api/policy/disruption_budget.hpp"

namespace rotor::json {
using namespace api;

ROTOR_DESCRIBE(PodDisruptionBudgetSpec, "How many pods an eviction may leave.",
               field<&PodDisruptionBudgetSpec::max_unavailable>("maxUnavailable", {.int_or_string = true}),
               field<&PodDisruptionBudgetSpec::selector>("selector"));

ROTOR_DESCRIBE(PodDisruptionBudget, "Keeps evictions from taking too many pods at once.",
               field<&PodDisruptionBudget::api_version>("apiVersion"), field<&PodDisruptionBudget::kind>("kind"),
               field<&PodDisruptionBudget::metadata>("metadata"), field<&PodDisruptionBudget::spec>("spec"));

}  // namespace rotor::json
