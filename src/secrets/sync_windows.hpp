// spec.syncWindows: when what is due by time alone may be read. First syncs, edits and repairs never wait for a window.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

// `allow`: some window is open; `deny`: none is. Without windows: always. A schedule or duration that cannot be read is
// a window that is never open.
bool in_sync_window(const ExternalSecret& es, WallTime now);

// What the author of a window may not expect: that it cannot be read; that `@every` has no beginning, so that such a
// window is always open or never. Empty: nothing.
std::string remark_on_windows(const ExternalSecret& es);

// How long until that may change; nullopt: not within five years.
std::optional<Duration> until_window_changes(const ExternalSecret& es, WallTime now);

}  // namespace rotor::secrets
