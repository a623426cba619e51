// When an ExternalSecret's values are read again. Pure: everything comes in, nothing is looked up.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "secrets/target.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

// spec.refreshInterval: one hour when absent; zero or less: never by time. kInvalid names the field and what to write.
Result<Duration> refresh_interval(const ExternalSecret& es);

struct RefreshDecision {
  bool refresh;
  std::string_view why;
};

// Does the object itself ask for a refresh (never synced, edited, due)? `interval` is refresh_interval(es).
RefreshDecision should_refresh(const ExternalSecret& es, Duration interval, WallTime now);

// Is the target what the last sync left? A target that is not is repaired whatever the refresh policy says.
RefreshDecision target_needs_repair(const ExternalSecret& es, const Target* target);

// Does it follow its store at all? Not with refreshPolicy CreatedOnce or OnChange, nor with a refreshInterval of 0.
bool follows_store(const ExternalSecret& es, Duration interval);

// When to look again after a successful or a skipped pass; nullopt: only on an event. Spread by object id, so that
// objects made together do not stay together; never sooner than the interval.
std::optional<Duration> next_look(const ExternalSecret& es, Duration interval, WallTime now);

}  // namespace rotor::secrets
