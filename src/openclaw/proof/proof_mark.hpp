// What is kept of a Job that tries new values: how it ended, read off its conditions alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/batch/job.hpp"
#include "base/error.hpp"
#include "kube/object/object.hpp"

namespace rotor::openclaw {

inline constexpr std::string_view kProofOf = "openclaw.rocks/secret-proof-of";  // label: the instance

enum class ProofOutcome : std::uint8_t { kRunning, kGood, kBad, kUnknown };

// What is kept of a proof Job.
struct ProofMark {
  struct Metadata {
    std::string ns, name, resource_version, uid;
    kube::Key key() const { return {ns, name}; }
  } metadata;
  std::string instance;
  ProofOutcome outcome = ProofOutcome::kRunning;
  std::string reason;  // of the condition that ended it
  bool deleting = false;
};
Result<ProofMark> read_proof_mark(std::string_view job_json);

}  // namespace rotor::openclaw
