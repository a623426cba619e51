// Time, handed in everywhere, so that queues, deadlines and leases are tested without sleeping.
#pragma once

#include <chrono>

#include "base/task.hpp"

namespace rotor {

using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;

  // The date, for what other people read: timestamps, signatures, token expiry.
  virtual WallTime now() const = 0;

  // Never jumps: for intervals, back-off and deadlines.
  virtual SteadyTime steady() const = 0;

  // For a race, which one side always loses: true at `when`, false when cancelled before. An exception at each loss
  // would cost more than most races.
  virtual Task<bool> nap_until(SteadyTime when) = 0;
  Task<bool> nap_for(std::chrono::nanoseconds delay) { return nap_until(after(delay)); }

  // Wakes at `when`; throws boost::system::system_error(operation_aborted) when cancelled.
  Task<> sleep_until(SteadyTime when);
  Task<> sleep_for(std::chrono::nanoseconds delay) { return sleep_until(after(delay)); }

 private:
  SteadyTime after(std::chrono::nanoseconds delay) const {
    return steady() + std::chrono::duration_cast<SteadyTime::duration>(delay);
  }
};

// The machine's clock, with Asio timers on the executor of the coroutine that waits.
class SystemClock final : public Clock {
 public:
  WallTime now() const override;
  SteadyTime steady() const override;
  Task<bool> nap_until(SteadyTime when) override;
};

}  // namespace rotor
