// When a call of a back end is tried again, and how long to wait before.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "net/http.hpp"
#include "providers/store.hpp"

namespace rotor::providers {

struct RetryPolicy {
  int attempts = 3;                    // in all, the first one included
  std::optional<Duration> interval{};  // between two; nullopt: exponential with full jitter
  bool growing = false;                // the n-th pause is n intervals
};

// spec.retrySettings. kInvalid when the interval is no Go duration.
Result<RetryPolicy> retry_policy(const Store& store);

// Before try number `tried` + 1 (so 1 is the first pause): at most 20 s unless the policy names an interval.
std::chrono::milliseconds pause_after(const RetryPolicy& policy, int tried);

// What the server asks for: `x-amz-retry-after` in milliseconds, else `Retry-After` in seconds or as a date (RFC 9110
// section 10.2.3). nullopt: nothing, or nothing sensible.
std::optional<std::chrono::milliseconds> retry_after(const net::Headers& headers, WallTime now);

// kThrottled, kUnavailable, kTimeout: another try has a chance.
bool is_transient(const Error& error);

// "Thu, 15 Jan 2026 03:04:05 GMT" (RFC 9110 section 5.6.7).
std::optional<WallTime> parse_http_date(std::string_view text);

}  // namespace rotor::providers
