// The clock of a machine whose date is wrong; time passes on it as everywhere.
#pragma once

#include <chrono>

#include "base/clock.hpp"

namespace rotor::test {

class SkewedClock final : public Clock {
 public:
  SkewedClock(Clock& right, std::chrono::nanoseconds ahead) : right_(right), ahead_(ahead) {}

  WallTime now() const override { return right_.now() + ahead_; }
  SteadyTime steady() const override { return right_.steady(); }
  Task<bool> nap_until(SteadyTime when) override { return right_.nap_until(when); }

 private:
  Clock& right_;
  std::chrono::nanoseconds ahead_;
};

}  // namespace rotor::test
