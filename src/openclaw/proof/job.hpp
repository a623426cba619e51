// The Job that tries new values before any pod restarts for them. Pure.
//
// It is the main container of the pod that would start, without what belongs to the running program: no ports, no
// probes, no sidecars, no claim. Exit code 0 is good, 1 is bad, anything else is no verdict; the Job's own conditions
// say which it was, so neither its pod nor its output is ever read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/batch/job.hpp"
#include "openclaw/proof/proof_mark.hpp"
#include "openclaw/proof/settings.hpp"
#include "openclaw/rotation_permit.hpp"

namespace rotor::openclaw {

inline constexpr std::string_view kProofContainer = "proof";
inline constexpr std::int32_t kBadExitCode = 1;

// Of the values, and of how they are tried: one proof each.
std::string proof_job_name(const RotationWish& wish, const ProofSettings& settings);
api::Job build_proof_job(const RotationWish& wish, const ProofSettings& settings);

}  // namespace rotor::openclaw
