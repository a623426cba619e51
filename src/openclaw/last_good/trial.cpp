#include "openclaw/last_good/trial.hpp"

#include <fmt/format.h>

#include "base/duration.hpp"

namespace rotor::openclaw {

using Verdict = Trial::Verdict;

Trial judge_trial(const TrialInput& in) {
  if (in.suspended || in.counts.replicas == 0) return {};
  const bool out = rolled_out(in.counts);
  if (in.record.trying.empty()) return {.verdict = out && !in.gave_up ? Verdict::kGood : Verdict::kOpen};
  if (in.gave_up) {
    return {.verdict = Verdict::kFailed, .why = "the program ended with exit code 78: it cannot start with that value"};
  }
  if (out && in.age >= in.limits.settles) return {.verdict = Verdict::kGood};
  if (out) return {.look_again = in.limits.settles - in.age};
  if (in.age < in.limits.deadline) return {.look_again = in.limits.deadline - in.age};
  return {.verdict = Verdict::kFailed,
          .why = fmt::format("no pod was ready after {}", format_duration(in.limits.deadline))};
}

}  // namespace rotor::openclaw
