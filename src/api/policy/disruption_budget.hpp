// https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/pod-disruption-budget-v1/
#pragma once

#include <optional>
#include <string>

#include "json/describe.hpp"
#include "kube/object/object.hpp"

namespace rotor::api {

struct PodDisruptionBudgetSpec {
  std::optional<json::Raw> max_unavailable;  // a number or a percentage
  kube::LabelSelector selector;
};

struct PodDisruptionBudget {
  std::string api_version = "policy/v1";
  std::string kind = "PodDisruptionBudget";
  kube::ObjectMeta metadata;
  PodDisruptionBudgetSpec spec;
};

}  // namespace rotor::api

namespace rotor::kube {
template <>
inline constexpr Resource kResource<api::PodDisruptionBudget> = {"policy", "v1", "poddisruptionbudgets",
                                                                 "PodDisruptionBudget"};
}

namespace rotor::json {
ROTOR_DESCRIBED(api::PodDisruptionBudgetSpec);
ROTOR_DESCRIBED(api::PodDisruptionBudget);
}  // namespace rotor::json
