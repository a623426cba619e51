// Points in time as Kubernetes writes them (RFC 3339, UTC).
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace rotor {

// "2026-01-02T03:04:05Z": metav1.Time, seconds.
std::string format_time(WallTime t);
// "2026-01-02T03:04:05.123456Z": metav1.MicroTime.
std::string format_micro_time(WallTime t);
// Any RFC 3339 form, with fraction and offset.
Result<WallTime> parse_time(std::string_view text);

}  // namespace rotor
