#include "tests/fakes/fake_clock.hpp"

#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include "tests/fakes/loop.hpp"

namespace rotor::test {
namespace {

using namespace std::chrono_literals;

Task<> sleep_and_note(FakeClock& clock, std::chrono::nanoseconds delay, std::string name,
                      std::vector<std::string>& log) {
  co_await clock.sleep_for(delay);
  log.push_back(std::move(name));
}

TEST(FakeClock, WakesSleepersInTheOrderOfTheirTime) {
  FakeClock clock;
  Loop loop;
  std::vector<std::string> log;
  loop.start(sleep_and_note(clock, 2s, "second", log));
  loop.start(sleep_and_note(clock, 1s, "first", log));
  loop.start(sleep_and_note(clock, 9s, "last", log));
  clock.advance(999ms);
  loop.settle();
  EXPECT_TRUE(log.empty());
  clock.advance(loop.io(), 2s);
  EXPECT_EQ(log, (std::vector<std::string>{"first", "second"}));
  EXPECT_EQ(clock.sleepers(), 1U);
  EXPECT_EQ(clock.next_wait(), 6001ms);
}

Task<> tick(FakeClock& clock, int& ticks) {
  for (;;) {
    co_await clock.sleep_for(1s);
    ++ticks;
  }
}

TEST(FakeClock, StepsFromDeadlineToDeadline) {
  FakeClock clock;
  Loop loop;
  int ticks = 0;
  loop.start(tick(clock, ticks));
  clock.advance(loop.io(), 10s);
  EXPECT_EQ(ticks, 10);
  loop.stop();
  EXPECT_EQ(clock.sleepers(), 0U);
}

Task<> note_cancel(FakeClock& clock, bool& cancelled) {
  try {
    co_await clock.sleep_for(1h);
  } catch (const boost::system::system_error& e) {
    cancelled = e.code() == boost::system::errc::operation_canceled;
  }
}

TEST(FakeClock, ThrowsOutOfACancelledSleep) {
  FakeClock clock;
  Loop loop;
  bool cancelled = false;
  loop.start(note_cancel(clock, cancelled));
  loop.stop();
  EXPECT_TRUE(cancelled);
}

}  // namespace
}  // namespace rotor::test
