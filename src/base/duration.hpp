// Durations as Go writes them ("1h0m0s", "1.5h", "90s"): what every manifest of this field uses.
// https://pkg.go.dev/time#ParseDuration
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace rotor {

using Duration = std::chrono::nanoseconds;

// kInvalid with Go's words: `time: invalid duration "1d"`, `time: unknown unit "d" in duration "1d"`, …
Result<Duration> parse_duration(std::string_view text);

// The canonical form: "1h0m0s", "1m30s", "1.5s", "100ms", "0s".
std::string format_duration(Duration d);

}  // namespace rotor
