// Whether the values that pods were given are good, bad or still to be seen. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "openclaw/last_good/record.hpp"
#include "openclaw/status.hpp"

namespace rotor::openclaw {

struct TrialLimits {
  Duration settles;   // ready pods count as a proof only after this
  Duration deadline;  // pods that are not ready after this failed
};

struct TrialInput {
  const LastGood& record;
  WorkloadState counts{};
  bool suspended = false;
  bool gave_up = false;  // a pod of the newest template says that it can never start like this
  Duration age{};        // for how long `record` has said since when it tries
  TrialLimits limits{};
};

struct Trial {
  enum class Verdict : std::uint8_t { kOpen, kGood, kFailed } verdict = Verdict::kOpen;
  std::optional<Duration> look_again{};
  std::string why{};  // kFailed
};

Trial judge_trial(const TrialInput& in);

}  // namespace rotor::openclaw
