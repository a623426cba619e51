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

  // Wakes at `when`; throws boost::system::system_error(operation_aborted) when cancelled.
  virtual Task<> sleep_until(SteadyTime when) = 0;

  Task<> sleep_for(std::chrono::nanoseconds delay) {
    return sleep_until(steady() + std::chrono::duration_cast<SteadyTime::duration>(delay));
  }
};

// The machine's clock, with Asio timers on the executor of the coroutine that waits.
class SystemClock final : public Clock {
 public:
  WallTime now() const override;
  SteadyTime steady() const override;
  Task<> sleep_until(SteadyTime when) override;
};

}  // namespace rotor
