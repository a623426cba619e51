#include "tests/fakes/fake_clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rotor::test {

namespace asio = boost::asio;

struct FakeClock::Sleeper {
  Sleeper(std::list<Sleeper*>& all, const asio::any_io_executor& executor, SteadyTime until)
      : all_(all), timer(executor, asio::steady_timer::time_point::max()), when(until) {
    all_.push_back(this);
  }
  ~Sleeper() { all_.remove(this); }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

  std::list<Sleeper*>& all_;
  asio::steady_timer timer;
  SteadyTime when;
  bool woken = false;
};

FakeClock::FakeClock(WallTime start) : wall_(start) {}
FakeClock::~FakeClock() = default;

Task<bool> FakeClock::nap_until(SteadyTime when) {
  const auto executor = co_await asio::this_coro::executor;
  if (when <= steady_) {
    // As a real timer would: never without giving way to others.
    co_await asio::post(executor, asio::use_awaitable);
    co_return true;
  }
  Sleeper sleeper(sleepers_, executor, when);
  (void)co_await sleeper.timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return sleeper.woken;
}

void FakeClock::advance(std::chrono::nanoseconds by) {
  wall_ += by;
  steady_ += std::chrono::duration_cast<SteadyTime::duration>(by);
  std::list<Sleeper*> due;
  for (Sleeper* s : sleepers_) {
    if (s->when <= steady_ && !s->woken) due.push_back(s);
  }
  due.sort([](const Sleeper* a, const Sleeper* b) { return a->when < b->when; });
  for (Sleeper* s : due) {
    s->woken = true;
    s->timer.cancel();
  }
}

void FakeClock::advance(asio::io_context& io, std::chrono::nanoseconds by) {
  const auto run = [&io] {
    io.restart();
    io.poll();
  };
  const SteadyTime end = steady_ + std::chrono::duration_cast<SteadyTime::duration>(by);
  run();
  for (auto next = next_deadline(); next && *next <= end; next = next_deadline()) {
    advance(*next - steady_);
    run();
  }
  advance(end - steady_);
  run();
}

std::optional<SteadyTime> FakeClock::next_deadline() const {
  std::optional<SteadyTime> next;
  for (const Sleeper* s : sleepers_) {
    if (!s->woken && (!next || s->when < *next)) next = s->when;
  }
  return next;
}

std::optional<std::chrono::nanoseconds> FakeClock::next_wait() const {
  const auto next = next_deadline();
  if (!next) return std::nullopt;
  return *next - steady_;
}

}  // namespace rotor::test
