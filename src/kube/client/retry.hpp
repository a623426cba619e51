// Which refused calls are worth another try, and when.
#pragma once

#include <optional>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "kube/runtime/queue.hpp"

namespace rotor::kube {

struct Attempt {
  bool read = false;    // GET: may be repeated whatever happened
  int number = 1;       // of the call that failed, from 1
  int http_status = 0;  // 0: there was no answer
  Code code = Code::kInternal;
  std::optional<std::chrono::milliseconds> retry_after{};
};

// How long to wait before the next attempt; nullopt: give the error to the caller. `jitter` is in [0, 1).
std::optional<Duration> next_attempt(const Attempt& attempt, double jitter);

// What becomes of a reconcile whose write failed: soon again (with the queue's back-off) after what passes by itself;
// minutes later after a refusal, which an edit, a policy, a quota or a role must lift; not at all in a namespace that
// is being deleted.
Outcome after_failed_write(Code code);
inline constexpr Duration kAfterRefusal = std::chrono::minutes(5);

// first·2^(n-1), at most `most`, less up to half of it at random: many clients do not come back in step.
Duration jittered_back_off(int failures, Duration first, Duration most, double jitter);

// A number in [0, 1). Not for secrets.
double random_fraction();

}  // namespace rotor::kube
