// A clock that stands still until a test moves it. Sleepers wake when their time has come, the earliest first.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <optional>

#include "base/clock.hpp"

namespace boost::asio {
class io_context;
}

namespace rotor::test {

class FakeClock final : public Clock {
 public:
  // 2026-01-02T03:04:05Z unless said otherwise.
  explicit FakeClock(WallTime start = WallTime(std::chrono::seconds(1767323045)));
  ~FakeClock() override;

  WallTime now() const override { return wall_; }
  SteadyTime steady() const override { return steady_; }
  Task<bool> nap_until(SteadyTime when) override;

  // One jump; who slept until then or earlier becomes runnable (the caller runs the io_context).
  void advance(std::chrono::nanoseconds by);

  // From deadline to deadline, running `io` until nothing is left to do at each: what happens in `by` of real time.
  void advance(boost::asio::io_context& io, std::chrono::nanoseconds by);

  // Only the date: somebody set the machine's clock.
  void set_wall(WallTime wall) { wall_ = wall; }

  std::size_t sleepers() const { return sleepers_.size(); }
  std::optional<SteadyTime> next_deadline() const;
  // How long until the next sleeper wakes.
  std::optional<std::chrono::nanoseconds> next_wait() const;

 private:
  struct Sleeper;

  WallTime wall_;
  SteadyTime steady_{std::chrono::hours(1)};
  std::list<Sleeper*> sleepers_;
};

}  // namespace rotor::test
