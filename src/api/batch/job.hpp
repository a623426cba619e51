// A pod that runs until it ends: batch/v1 Job, as far as we make them.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/core/pod.hpp"

namespace rotor::api {

struct OnExitCodes {
  std::string container_name;
  std::string op;  // "operator" on the wire: In, NotIn
  std::vector<std::int32_t> values;
};

struct OnPodCondition {
  std::string type;
  std::string status;
};

struct PodFailureRule {
  std::string action;  // FailJob, Ignore, Count
  std::optional<OnExitCodes> on_exit_codes;
  std::vector<OnPodCondition> on_pod_conditions;
};

struct PodFailurePolicy {
  std::vector<PodFailureRule> rules;  // the first that fits decides
};

struct JobSpec {
  std::optional<std::int64_t> active_deadline_seconds;
  std::optional<std::int32_t> backoff_limit;
  std::optional<std::int32_t> ttl_seconds_after_finished;
  std::optional<PodFailurePolicy> pod_failure_policy;
  PodTemplate pod_template;  // "template" on the wire
};

struct JobStatus {
  std::vector<kube::Condition> conditions;
};

struct Job {
  std::string api_version = "batch/v1";
  std::string kind = "Job";
  kube::ObjectMeta metadata;
  JobSpec spec;
  std::optional<JobStatus> status;
};

}  // namespace rotor::api

namespace rotor::kube {
template <>
inline constexpr Resource kResource<api::Job> = {"batch", "v1", "jobs", "Job"};
}

namespace rotor::json {
ROTOR_DESCRIBED(api::OnExitCodes);
ROTOR_DESCRIBED(api::OnPodCondition);
ROTOR_DESCRIBED(api::PodFailureRule);
ROTOR_DESCRIBED(api::PodFailurePolicy);
ROTOR_DESCRIBED(api::JobSpec);
ROTOR_DESCRIBED(api::JobStatus);
ROTOR_DESCRIBED(api::Job);
}  // namespace rotor::json
