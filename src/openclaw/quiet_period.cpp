#include "openclaw/quiet_period.hpp"

#include <algorithm>
#include <utility>

namespace rotor::openclaw {

QuietPeriod look_at(QuietPeriod before, Changes changes, SteadyTime now) {
  QuietPeriod burst = std::move(before);
  if (burst.changes.empty()) burst.first_at = now;
  if (burst.changes != changes) {
    burst.changes = std::move(changes);
    burst.last_at = now;
  }
  return burst;
}

Duration time_left(const QuietPeriod& burst, SteadyTime now, QuietLimits limits) {
  const Duration after_last = limits.quiet - (now - burst.last_at);
  const Duration after_first = limits.at_most - (now - burst.first_at);
  return std::min(after_last, after_first);
}

}  // namespace rotor::openclaw
