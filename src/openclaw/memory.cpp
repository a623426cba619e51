#include "openclaw/memory.hpp"

#include <algorithm>

namespace rotor::openclaw {

Duration QuietPeriod::wait(const std::map<std::string, std::string>& changes, SteadyTime now, Duration quiet,
                           Duration at_most) {
  if (last_.empty()) first_at_ = now;
  if (changes != last_) {
    last_ = changes;
    last_at_ = now;
  }
  const Duration after_last = quiet - (now - last_at_);
  const Duration after_first = at_most - (now - first_at_);
  return std::min(after_last, after_first);
}

}  // namespace rotor::openclaw
