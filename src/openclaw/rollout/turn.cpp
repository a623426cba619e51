#include "openclaw/rollout/turn.hpp"

#include <fmt/format.h>

namespace rotor::openclaw {
namespace {

constexpr auto kWait = Permit::Verdict::kWait;

// Counts are left out of the words: they change with every restart, and each change would be a write.
Permit stopped(const SharedRollout& shared) {
  return {
      .verdict = kWait,
      .reason = "SecretRolloutPaused",
      .message = fmt::format("The pod keeps the value of Secret \"{}\" that it has: OpenClawInstance \"{}\" {} with "
                             "the new one. Change the Secret again, or annotate this instance with "
                             "openclaw.rocks/secret-rollout: immediate to restart it all the same",
                             shared.secret, shared.stopped_by, shared.why),
      .warns = true};
}

Permit after_canaries(const SharedRollout& shared, const RolloutLimits& limits) {
  return {.verdict = kWait,
          .reason = "CanariesFirst",
          .message = fmt::format("Secret \"{}\" is shared: {} instances have to run well with its new value before the "
                                 "others restart",
                                 shared.secret, limits.canaries)};
}

Permit in_line(const char* flag, int limit) {
  return {.verdict = kWait,
          .reason = "RolloutLimit",
          .message = fmt::format("The restart waits in line: {} instances restart at once ({})", limit, flag)};
}

bool full(int taken, int limit) { return limit > 0 && taken >= limit; }

}  // namespace

bool needs_canaries(int sharing, const RolloutLimits& limits) {
  return limits.at_once > 0 && limits.canaries > 0 && sharing > limits.canaries;
}

Permit decide_turn(const RolloutStanding& standing, const RolloutLimits& limits) {
  if (!standing.starts_pods) return {};
  for (const SharedRollout& shared : standing.shared) {
    if (standing.immediate || !needs_canaries(shared.sharing, limits)) continue;
    if (!shared.stopped_by.empty()) return stopped(shared);
    if (shared.member) continue;
    const bool open = shared.good >= limits.canaries;
    if (!open && shared.good + shared.under_way >= limits.canaries) return after_canaries(shared, limits);
  }
  if (standing.has_slot) return {};
  if (full(standing.in_cluster, limits.at_once)) return in_line("--max-concurrent-rollouts", limits.at_once);
  if (full(standing.in_namespace, limits.at_once_in_namespace)) {
    return in_line("--max-concurrent-rollouts-per-namespace", limits.at_once_in_namespace);
  }
  return {};
}

}  // namespace rotor::openclaw
