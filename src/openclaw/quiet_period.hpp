// When a burst of changes is over: `quiet` after the last one, at most `at_most` after the first. Pure: what is known
// of the burst goes in and comes out.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/duration.hpp"

namespace rotor::openclaw {

// What would be rotated to: digests by Secret.
using Changes = std::map<std::string, std::string>;

struct QuietLimits {
  Duration quiet;
  Duration at_most;
};

// A burst as far as it was seen; one without changes is none.
struct QuietPeriod {
  Changes changes{};
  SteadyTime first_at{};
  SteadyTime last_at{};
  bool over = false;                       // and seen to be: what comes later is a burst of its own
  std::optional<SteadyTime> held_since{};  // time that does not count
  friend bool operator==(const QuietPeriod&, const QuietPeriod&) = default;
};

// The burst after a look at `now` that found `changes`: a difference to the look before is a change more.
QuietPeriod look_at(QuietPeriod before, Changes changes, SteadyTime now, QuietLimits limits);

// The same where nothing can be said of changes, because something else is in the way of a restart.
QuietPeriod hold_at(QuietPeriod before, SteadyTime now);

// How long to wait still; zero or less: go.
Duration time_left(const QuietPeriod& burst, SteadyTime now, QuietLimits limits);

}  // namespace rotor::openclaw
