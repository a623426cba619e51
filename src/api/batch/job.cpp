#include "api/batch/job.hpp"

namespace rotor::json {
using namespace api;

ROTOR_DESCRIBE(OnExitCodes, "Exit codes of a container.", field<&OnExitCodes::container_name>("containerName"),
               field<&OnExitCodes::op>("operator", {.required = true}),
               field<&OnExitCodes::values>("values", {.required = true}));

ROTOR_DESCRIBE(OnPodCondition, "A condition of a pod.", field<&OnPodCondition::status>("status"),
               field<&OnPodCondition::type>("type", {.required = true}));

ROTOR_DESCRIBE(PodFailureRule, "What becomes of a Job whose pod failed like this.",
               field<&PodFailureRule::action>("action", {.required = true}),
               field<&PodFailureRule::on_exit_codes>("onExitCodes"),
               field<&PodFailureRule::on_pod_conditions>("onPodConditions"));

ROTOR_DESCRIBE(PodFailurePolicy, "What becomes of a Job whose pod failed.",
               field<&PodFailurePolicy::rules>("rules", {.required = true}));

ROTOR_DESCRIBE(JobSpec, "A pod that runs until it ends.",
               field<&JobSpec::active_deadline_seconds>("activeDeadlineSeconds"),
               field<&JobSpec::backoff_limit>("backoffLimit"), field<&JobSpec::pod_failure_policy>("podFailurePolicy"),
               field<&JobSpec::pod_template>("template", {.required = true}),
               field<&JobSpec::ttl_seconds_after_finished>("ttlSecondsAfterFinished"));

ROTOR_DESCRIBE(JobStatus, "How far the pod is.", field<&JobStatus::conditions>("conditions"));

ROTOR_DESCRIBE(Job, "A pod that runs until it ends.", field<&Job::api_version>("apiVersion"), field<&Job::kind>("kind"),
               field<&Job::metadata>("metadata"), field<&Job::spec>("spec"), field<&Job::status>("status"));

}  // namespace rotor::json
