#include "secrets/schedule/store_ledger.hpp"

#include <algorithm>

namespace rotor::secrets {
namespace {

constexpr double kQuick = 1;      // a second
constexpr double kTimedOut = 30;  // at the least
constexpr auto kShortestPause = std::chrono::seconds(1);

double seconds_of(SteadyTime::duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

double StoreLedger::tokens(Time now) {
  tokens_ = std::min(budget_.burst, tokens_ + seconds_of(now - filled_) * rate(now));
  filled_ = now;
  return tokens_;
}

void StoreLedger::divide(int replicas, Time now) {
  tokens(now);
  budget_ = whole_.among(replicas);
  tokens_ = std::min(tokens_, budget_.burst);
}

Duration StoreLedger::pause(Time now, bool somebody_waits) {
  const Duration asked_for = paused_for(now);
  if (budget_.per_second <= 0) return asked_for;
  // A bucket that never holds a whole call lets one out when it is full, and owes the rest of it.
  const double needed = std::min(somebody_waits ? 1 : 1 + budget_.burst / 10, budget_.burst);
  const double missing = needed - tokens(now);
  if (missing <= 0) return asked_for;
  const auto filled = std::chrono::milliseconds(static_cast<std::int64_t>(1000 * missing / rate(now)) + 1);
  return std::max<Duration>(asked_for, filled);
}

StoreLedger::Next StoreLedger::next(Time now) {
  if (refused(now)) return Next::kRefused;
  if (!good_ && testing_ && now < next_test()) return Next::kWait;
  ask(now);
  return Next::kAsk;
}

void StoreLedger::ask(Time now) {
  tokens(now);
  tokens_ -= 1;
  used_ = now;
  testing_ = true;
  tested_ = now;
  if (out_++ == 0) heard_ = now;
}

void StoreLedger::made(int calls, Time now) { tokens_ = std::min(budget_.burst, tokens(now) + 1 - calls); }

void StoreLedger::abandoned() {
  testing_ = false;
  --out_;
}

bool StoreLedger::slow(Time now) const { return !mean_ || *mean_ > kQuick || (out_ > 0 && now - heard_ > kPatience); }

void StoreLedger::answered(const Error* error, Time now, Duration took) {
  testing_ = false;
  used_ = heard_ = now;
  --out_;
  const bool timed_out = error != nullptr && error->code == Code::kTimeout;
  const double seconds = timed_out ? kTimedOut : seconds_of(std::chrono::duration_cast<SteadyTime::duration>(took));
  mean_ = mean_ ? 0.75 * *mean_ + 0.25 * seconds : seconds;
  if (error != nullptr && error->code == Code::kUnauthenticated) {
    if (now - took < forgotten_) return;
    good_ = false;
    refusal_ = *error;
    refused_until_ = now + kRefusedFor;
    return;
  }
  good_ = true;
  refusal_.reset();
  if (error == nullptr) return;
  const bool throttled = error->code == Code::kThrottled;
  if (throttled) halved_until_ = now + kHalvedFor;
  if (!throttled && !error->retry_after) return;
  const auto wished = std::max<std::chrono::milliseconds>(error->retry_after.value_or(kShortestPause), kShortestPause);
  paused_until_ = std::max(paused_until_, now + wished);
}

}  // namespace rotor::secrets
