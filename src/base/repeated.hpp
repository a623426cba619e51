// A line of the log that would come once for every object or connection: the first is written at once, those that
// follow are counted and told together, at most once in `every`.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "base/clock.hpp"

namespace rotor {

class Repeated {
 public:
  explicit Repeated(std::chrono::nanoseconds every = std::chrono::minutes(1))
      : every_(std::chrono::duration_cast<SteadyTime::duration>(every)) {}

  // How often it happened since the last line, this time included; nullopt when no line is due.
  std::optional<std::uint64_t> due(SteadyTime now) {
    ++times_;
    if (last_ && now < *last_ + every_) return std::nullopt;
    last_ = now;
    return std::exchange(times_, 0);
  }

 private:
  SteadyTime::duration every_;
  std::optional<SteadyTime> last_;
  std::uint64_t times_ = 0;
};

}  // namespace rotor
