// From a proof Job to leave for the restart, or none. Pure.
#pragma once

#include <string>

#include "base/duration.hpp"
#include "openclaw/proof/proof_mark.hpp"
#include "openclaw/proof/settings.hpp"
#include "openclaw/rotation_permit.hpp"

namespace rotor::openclaw {

struct ProofCase {
  std::string about;                // the Secrets and their keys, for people
  std::string job;                  // its name
  const ProofMark* seen = nullptr;  // null: there is none, `obstacle` says why
  Duration age{};                   // for how long it has been there
  std::string obstacle{};
};

struct ProofAnswer {
  Permit permit{};
  std::string note{};  // leave was given without a verdict: what is to be told
};

// Why a Job could not try the new values whatever it did; empty when it could.
std::string obstacle_to_proof(const RotationWish& wish);

ProofAnswer judge_proof(const ProofSettings& settings, const ProofCase& proof);
Permit refuse_unclear(const ProofSettings& settings);

// `Secret "keys" (key A)`, several joined by commas.
std::string secrets_and_keys(const RotationWish& wish);

}  // namespace rotor::openclaw
