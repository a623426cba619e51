#include "openclaw/quiet_period.hpp"

#include <algorithm>
#include <utility>

namespace rotor::openclaw {

QuietPeriod look_at(QuietPeriod before, Changes changes, SteadyTime now, QuietLimits limits) {
  QuietPeriod burst = std::move(before);
  if (burst.held_since) burst.first_at += now - *std::exchange(burst.held_since, std::nullopt);
  if (burst.changes != changes) {
    if (burst.changes.empty() || burst.over) burst.first_at = now;
    burst.changes = std::move(changes);
    burst.last_at = now;
    burst.over = false;
  }
  burst.over = burst.over || time_left(burst, now, limits) <= Duration::zero();
  return burst;
}

QuietPeriod hold_at(QuietPeriod before, SteadyTime now) {
  if (!before.changes.empty() && !before.held_since) before.held_since = now;
  return before;
}

Duration time_left(const QuietPeriod& burst, SteadyTime now, QuietLimits limits) {
  const Duration after_last = limits.quiet - (now - burst.last_at);
  const Duration after_first = limits.at_most - (now - burst.first_at);
  return std::min(after_last, after_first);
}

}  // namespace rotor::openclaw
