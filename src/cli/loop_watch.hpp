// Does the event loop turn? It says so itself once a second; a thread beside it notices when it no longer does, which
// nothing on the loop could.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "base/metrics.hpp"
#include "base/task.hpp"

namespace rotor::cli {

enum class LoopState : std::uint8_t {
  kTurns,
  kStuck,      // for `say` looks by now: said once
  kGivenUp,    // for `end` looks
  kTurnsAgain  // after it was stuck
};

// What the thread makes of the beats that it sees. It counts its own looks and reads no clock, so that a process that
// was stopped or whose machine slept is not taken for a stuck one. Pure.
class Stall {
 public:
  // `end` 0: never given up.
  Stall(int say, int end) : say_(say), end_(end) {}
  LoopState look(std::uint64_t beats);

 private:
  int say_;
  int end_;
  int still_ = 0;  // looks without a beat
  std::uint64_t seen_ = 0;
};

// The longest of what was noted in the last one to two minutes.
class LongestPause {
 public:
  void note(SteadyTime now, Duration pause);
  Duration at(SteadyTime now) const;

 private:
  void turn_over(SteadyTime now);

  SteadyTime since_{};
  Duration current_{};
  Duration before_{};
};

class LoopWatch {
 public:
  struct Options {
    Duration tick = std::chrono::seconds(1);
    int say = 5;   // ticks
    int end = 60;  // 0: never
  };
  // Called on the watching thread, for every state but kTurns.
  using Tell = std::function<void(LoopState)>;

  LoopWatch(Clock& clock, Options options, Tell tell);
  ~LoopWatch() { stop(); }
  LoopWatch(const LoopWatch&) = delete;
  LoopWatch& operator=(const LoopWatch&) = delete;

  Task<> beat();  // on the loop, until cancelled
  void stop();    // before the loop ends, or it would be missed
  // rotor_event_loop_longest_pause_seconds. This outlives the registry.
  void measure(MetricsRegistry& metrics) const;

 private:
  void watch();

  Clock& clock_;
  Options options_;
  Tell tell_;
  LongestPause pauses_;
  std::atomic<std::uint64_t> beats_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  std::thread thread_;  // last: it reads all of the above
};

// Says it in the log, and ends the process when the loop is given up: whatever restarts it has to.
void tell_of_the_loop(LoopState state);

}  // namespace rotor::cli
