#include "openclaw/proof/proof_mark.hpp"

namespace rotor::openclaw {

Result<ProofMark> read_proof_mark(std::string_view job_json) {
  TRY(api::Job job, json::read<api::Job>(job_json));
  ProofMark mark;
  mark.metadata = {job.metadata.ns, job.metadata.name, job.metadata.resource_version, job.metadata.uid};
  mark.deleting = job.metadata.deleting();
  if (const auto of = job.metadata.labels.find(kProofOf); of != job.metadata.labels.end()) mark.instance = of->second;
  for (const kube::Condition& c : job.status.value_or(api::JobStatus{}).conditions) {
    if (c.status != "True" || (c.type != "Complete" && c.type != "Failed")) continue;
    const bool bad = c.reason == "PodFailurePolicy";
    mark.outcome = c.type == "Complete" ? ProofOutcome::kGood : bad ? ProofOutcome::kBad : ProofOutcome::kUnknown;
    mark.reason = c.reason;
  }
  return mark;
}

}  // namespace rotor::openclaw
