#include "api/apps/stateful_set.hpp"

namespace rotor::json {
using namespace api;

ROTOR_DESCRIBE(ClaimRetention, "What becomes of claims when the workload goes or shrinks.",
               field<&ClaimRetention::when_deleted>("whenDeleted"), field<&ClaimRetention::when_scaled>("whenScaled"));

ROTOR_DESCRIBE(UpdateStrategy, "How pods are replaced.", field<&UpdateStrategy::rolling_update>("rollingUpdate"),
               field<&UpdateStrategy::type>("type"));

ROTOR_DESCRIBE(StatefulSetSpec, "Pods with a stable name and storage.",
               field<&StatefulSetSpec::claim_retention>("persistentVolumeClaimRetentionPolicy"),
               field<&StatefulSetSpec::pod_management_policy>("podManagementPolicy"),
               field<&StatefulSetSpec::replicas>("replicas"),
               field<&StatefulSetSpec::revision_history_limit>("revisionHistoryLimit"),
               field<&StatefulSetSpec::selector>("selector", {.required = true}),
               field<&StatefulSetSpec::service_name>("serviceName"),
               field<&StatefulSetSpec::pod_template>("template", {.required = true}),
               field<&StatefulSetSpec::update_strategy>("updateStrategy"),
               field<&StatefulSetSpec::volume_claim_templates>("volumeClaimTemplates"));

ROTOR_DESCRIBE(StatefulSetStatus, "How far the pods are.",
               field<&StatefulSetStatus::available_replicas>("availableReplicas", {.keep_empty = true}),
               field<&StatefulSetStatus::current_replicas>("currentReplicas"),
               field<&StatefulSetStatus::current_revision>("currentRevision"),
               field<&StatefulSetStatus::observed_generation>("observedGeneration"),
               field<&StatefulSetStatus::ready_replicas>("readyReplicas"),
               field<&StatefulSetStatus::replicas>("replicas", {.keep_empty = true}),
               field<&StatefulSetStatus::update_revision>("updateRevision"),
               field<&StatefulSetStatus::updated_replicas>("updatedReplicas"));

ROTOR_DESCRIBE(StatefulSet, "A workload whose pods keep their identity.",
               field<&StatefulSet::api_version>("apiVersion"), field<&StatefulSet::kind>("kind"),
               field<&StatefulSet::metadata>("metadata"), field<&StatefulSet::spec>("spec"),
               field<&StatefulSet::status>("status"));

}  // namespace rotor::json
