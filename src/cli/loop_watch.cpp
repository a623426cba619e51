#include "cli/loop_watch.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/log.hpp"

namespace rotor::cli {
namespace {

constexpr auto kWindow = std::chrono::minutes(1);

}  // namespace

LoopState Stall::look(std::uint64_t beats) {
  if (beats != seen_) {
    const bool was_stuck = still_ >= say_;
    seen_ = beats;
    still_ = 0;
    return was_stuck ? LoopState::kTurnsAgain : LoopState::kTurns;
  }
  ++still_;
  if (end_ > 0 && still_ == end_) return LoopState::kGivenUp;
  return still_ == say_ ? LoopState::kStuck : LoopState::kTurns;
}

void LongestPause::note(SteadyTime now, Duration pause) {
  turn_over(now);
  current_ = std::max(current_, pause);
}

Duration LongestPause::at(SteadyTime now) const {
  LongestPause then = *this;
  then.turn_over(now);
  return std::max(then.current_, then.before_);
}

void LongestPause::turn_over(SteadyTime now) {
  if (now - since_ < kWindow) return;
  before_ = now - since_ < 2 * kWindow ? current_ : Duration::zero();
  current_ = Duration::zero();
  since_ = now;
}

LoopWatch::LoopWatch(Clock& clock, Options options, Tell tell)
    : clock_(clock), options_(options), tell_(std::move(tell)), thread_([this] { watch(); }) {}

Task<> LoopWatch::beat() {
  SteadyTime due = clock_.steady();
  for (;;) {
    const SteadyTime now = clock_.steady();
    pauses_.note(now, std::max<Duration>(now - due, Duration::zero()));
    beats_.fetch_add(1, std::memory_order_relaxed);
    due = now + options_.tick;
    co_await clock_.sleep_until(due);
  }
}

void LoopWatch::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void LoopWatch::measure(MetricsRegistry& metrics) const {
  metrics.callback(MetricsRegistry::Kind::kGauge, "rotor_event_loop_longest_pause_seconds",
                   "For how long the event loop did not turn, the longest time of the last one to two minutes.", {},
                   [this](const MetricsRegistry::Emit& emit) {
                     emit({}, std::chrono::duration<double>(pauses_.at(clock_.steady())).count());
                   });
}

void LoopWatch::watch() {
  Stall stall(options_.say, options_.end);
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, options_.tick, [this] { return stopped_; })) {
    const LoopState state = stall.look(beats_.load(std::memory_order_relaxed));
    if (state != LoopState::kTurns) tell_(state);
  }
}

void tell_of_the_loop(LoopState state) {
  switch (state) {
    case LoopState::kTurns:
      return;
    case LoopState::kTurnsAgain:
      return log::warn("the event loop turns again");
    case LoopState::kStuck:
      return log::error("the event loop does not turn; nothing is refreshed and no probe is answered");
    case LoopState::kGivenUp:
      log::error("the event loop has not turned for --stuck-limit: the process ends, to be started anew");
      std::_Exit(EXIT_FAILURE);  // what holds the loop would hold an orderly end, too
  }
}

}  // namespace rotor::cli
