// Which event says in full why a store or an ExternalSecret is not Ready, where the condition's words are fixed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "kube/events/event.hpp"
#include "kube/events/events.hpp"

namespace rotor::secrets {

// When it was last seen; the beginning of time when it does not say so.
WallTime event_time(const kube::Event& event);
// Of one second the one that was written first.
bool earlier_event(const kube::Event* a, const kube::Event* b);

// The reason of the events that tell of a failure: an ExternalSecret's is always the same, a store's that of its
// condition.
std::string failure_reason(std::string_view kind, const kube::Condition& ready);

// Events outlive what they tell of, and when there are too many the newest are missing.
struct Failure {
  std::string_view reason;   // of its events
  std::string_view since{};  // the condition's lastTransitionTime; empty: not known
};
bool tells_of(const kube::Event& event, const Failure& failure);

// Of an object whose status we may not write: conditions tell nothing, so an event says why. Other failures pass.
inline constexpr std::string_view kStatusNotWritten = "StatusNotWritten";
void tell_status_not_written(kube::EventRecorder& events, kube::ObjectReference about, const Error& why);

// The newest that tells of it; null: none does, and the condition is all there is.
const kube::Event* failure_event(const std::vector<const kube::Event*>& about_it, const Failure& failure);

}  // namespace rotor::secrets
