// When in its interval an object is refreshed. Pure: the same id gives the same moment in every process, so that a
// restart moves nobody, and objects made together do not stay together.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

// Below this an interval has too few seconds to spread over: it is simply waited for.
inline constexpr Duration kShortestSpread = std::chrono::seconds(10);
inline bool is_spread(Duration interval) { return interval >= kShortestSpread; }

// The first moment after `after` that is this id's: a whole second, at most an interval away. For is_spread() alone.
WallTime next_slot(std::string_view id, Duration interval, WallTime after);

// Where in the second of a slot an object begins: under a second.
Duration within_second(std::string_view uid);

// How long what was overdue before this process began is left in peace: by id, at most an interval and at most two
// minutes.
Duration cold_delay(std::string_view id, Duration interval);

// When a store works again, the n-th of those who wait for it is woken after so long: a hundred a second.
Duration wake_delay(std::size_t n);

// After how long each of those is woken who wait for a store that has been looked at.
class WakeUp {
 public:
  // Who only waited for the look has asked the store nothing, and comes at once: its places and its budget hold back
  // who is too many. The others were refused, and follow slowly.
  Duration next(bool only_waited_for_the_look) {
    return only_waited_for_the_look ? Duration::zero() : wake_delay(refused_++);
  }

 private:
  std::size_t refused_ = 0;
};

// Whose answer an object reads first: objects that may share it have the same id, so one call serves them all. Those
// that read nothing have their own.
std::string slot_id(const ExternalSecret& es, const StoreView* store);

}  // namespace rotor::secrets
