// When an ExternalSecret's values are read again. Pure: everything comes in, nothing is looked up.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "secrets/schedule/slots.hpp"
#include "secrets/target.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

// spec.refreshInterval: one hour when absent; zero or less: never by time. kInvalid names the field and what to write.
Result<Duration> refresh_interval(const ExternalSecret& es);

struct RefreshDecision {
  bool refresh;
  std::string_view why;
  bool by_time = false;  // nothing but time asks for it
};

// When time alone asks for the next refresh after the last: at the next of its moments, at most an interval later;
// with an interval too short to spread over, when it has passed. nullopt: there was none, or its time cannot be read.
// `slot`: without an id they are its own.
std::optional<WallTime> due_at(const ExternalSecret& es, Duration interval, const Slot& slot);

// Does the object itself ask for a refresh (never synced, edited, due)? `interval` is refresh_interval(es).
RefreshDecision should_refresh(const ExternalSecret& es, Duration interval, WallTime now, const Slot& slot = {});

// Is the target what the last sync left? A target that is not is repaired whatever the refresh policy says.
RefreshDecision target_needs_repair(const ExternalSecret& es, const Target* target);

// Once it has its values no edit asks for others.
bool reads_once(const ExternalSecret& es, Duration interval);

// Does it follow a store at all? Not with refreshPolicy CreatedOnce or OnChange, nor with a refreshInterval of 0, nor
// when generators alone give its values.
bool follows_store(const ExternalSecret& es, Duration interval);

// When to look again after a successful or a skipped pass; nullopt: only on an event.
std::optional<Duration> next_look(const ExternalSecret& es, Duration interval, WallTime now, const Slot& slot = {});

}  // namespace rotor::secrets
