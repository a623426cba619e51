#include "kube/client/retry.hpp"

#include <algorithm>
#include <random>

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;

constexpr int kThrottledAttempts = 6;
constexpr int kReadAttempts = 4;
constexpr Duration kLongestWait = 30s;  // a longer one is the caller's to plan

}  // namespace

Duration jittered_back_off(int failures, Duration first, Duration most, double jitter) {
  Duration delay = first;
  for (int i = 1; i < failures && delay < most; ++i) delay *= 2;
  delay = std::min(delay, most);
  return delay - std::chrono::duration_cast<Duration>(delay * (jitter / 2));
}

std::optional<Duration> next_attempt(const Attempt& attempt, double jitter) {
  const bool throttled = attempt.http_status == 429;
  const bool failing = attempt.http_status >= 500;
  const bool unanswered = attempt.http_status == 0 && attempt.code == Code::kUnavailable;
  // A server that throttles has not looked at the request; after other failures a write may have happened.
  if (!throttled && !(attempt.read && (failing || unanswered))) return std::nullopt;
  if (attempt.number >= (throttled ? kThrottledAttempts : kReadAttempts)) return std::nullopt;
  if (attempt.retry_after) {
    if (*attempt.retry_after > kLongestWait) return std::nullopt;
    // Late rather than early, and not all at the same moment.
    return *attempt.retry_after + std::chrono::duration_cast<Duration>(500ms * jitter);
  }
  return jittered_back_off(attempt.number, throttled ? 1s : 200ms, 10s, jitter);
}

Outcome after_failed_write(Code code) {
  switch (code) {
    case Code::kGone:
      return Outcome::done();
    case Code::kInvalid:
    case Code::kDenied:
      return Outcome::again_after(kAfterRefusal, Lane::kRetry);
    case Code::kNotFound:
    case Code::kAlreadyExists:
    case Code::kConflict:
    case Code::kUnauthenticated:
    case Code::kThrottled:
    case Code::kUnavailable:
    case Code::kTimeout:
    case Code::kCancelled:
    case Code::kInternal:
      break;
  }
  return Outcome::failed();
}

double random_fraction() {
  static thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

}  // namespace rotor::kube
