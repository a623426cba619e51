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

// Whose moments an object has: who has the same has the same ones.
struct Slot {
  std::string id{};
  // Of a store that reads several values a call, so that its consumers come together, at most once a minute; empty: of
  // none.
  std::string batches{};
};

// The one of objects that may share an answer is the same, so one call serves them all: whose answer is read first. Of
// those that read nothing each has its own. `batches`: Provider::batches().
Slot slot_of(const ExternalSecret& es, const StoreView* store, bool batches);

// The first moment after `after` that is this slot's: a whole second, at most an interval away. For is_spread() alone.
WallTime next_slot(const Slot& slot, Duration interval, WallTime after);

// Where in the second of its slot an object begins: at one of four moments. Passes that come together find the caches
// of the processor warm, and take half of what they take one by one.
inline constexpr auto kBetweenBeginnings = std::chrono::milliseconds(250);
Duration within_second(const Slot& slot, std::string_view uid);

// How long what was overdue before this process began is left in peace, so that among so many objects a hundred a
// second are refreshed: at most an interval and at most two minutes.
Duration cold_delay(const Slot& slot, Duration interval, std::size_t objects);

// A moment within the period, up to a millisecond before its end, that is the slot's own.
Duration moment_within(const Slot& slot, Duration period);

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

}  // namespace rotor::secrets
