// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/stateful-set-v1/
#pragma once

#include "api/core/pod.hpp"

namespace rotor::api {

struct ClaimRetention {
  std::string when_deleted;
  std::string when_scaled;
};

struct UpdateStrategy {
  std::string type;
  OptionalRaw rolling_update;
};

struct StatefulSetSpec {
  std::optional<std::int32_t> replicas;
  kube::LabelSelector selector;
  std::string service_name;
  PodTemplate pod_template;  // "template" on the wire
  std::string pod_management_policy;
  UpdateStrategy update_strategy;
  std::optional<std::int32_t> revision_history_limit;
  std::optional<ClaimRetention> claim_retention;  // "persistentVolumeClaimRetentionPolicy"
  OptionalRaw volume_claim_templates;
};

struct StatefulSetStatus {
  std::int64_t observed_generation = 0;
  std::int32_t replicas = 0;
  std::int32_t ready_replicas = 0;
  std::int32_t current_replicas = 0;
  std::int32_t updated_replicas = 0;
  std::int32_t available_replicas = 0;
  std::string current_revision;
  std::string update_revision;
};

struct StatefulSet {
  std::string api_version = "apps/v1";
  std::string kind = "StatefulSet";
  kube::ObjectMeta metadata;
  StatefulSetSpec spec;
  std::optional<StatefulSetStatus> status;
};

}  // namespace rotor::api

namespace rotor::kube {
template <>
inline constexpr Resource kResource<api::StatefulSet> = {"apps", "v1", "statefulsets", "StatefulSet"};
}

namespace rotor::json {
ROTOR_DESCRIBED(api::ClaimRetention);
ROTOR_DESCRIBED(api::UpdateStrategy);
ROTOR_DESCRIBED(api::StatefulSetSpec);
ROTOR_DESCRIBED(api::StatefulSetStatus);
ROTOR_DESCRIBED(api::StatefulSet);
}  // namespace rotor::json
