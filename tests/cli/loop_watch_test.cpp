#include "cli/loop_watch.hpp"

#include <future>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rotor::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using enum LoopState;

std::vector<LoopState> looks(Stall stall, const std::vector<std::uint64_t>& beats) {
  std::vector<LoopState> seen;
  for (const std::uint64_t beat : beats) seen.push_back(stall.look(beat));
  return seen;
}

TEST(Stall, IsSaidOnceAndEndsWithTheNextBeat) {
  EXPECT_THAT(looks({2, 0}, {1, 2, 3}), testing::Each(kTurns));
  EXPECT_THAT(looks({2, 0}, {1, 1, 2, 2, 3}), testing::Each(kTurns)) << "one look without a beat is none";
  EXPECT_THAT(looks({2, 0}, {1, 1, 1, 1, 2, 3}),
              testing::ElementsAre(kTurns, kTurns, kStuck, kTurns, kTurnsAgain, kTurns));
}

TEST(Stall, IsGivenUpAfterItsLimitAndNeverWithNone) {
  EXPECT_THAT(looks({1, 3}, {1, 1, 1, 1}), testing::ElementsAre(kTurns, kStuck, kTurns, kGivenUp));
  EXPECT_THAT(looks({1, 0}, std::vector<std::uint64_t>(100, 1)), testing::Not(testing::Contains(kGivenUp)));
}

TEST(LongestPause, IsRememberedForAMinuteOrTwo) {
  LongestPause pauses;
  const SteadyTime start = SteadyTime{} + 24h;
  pauses.note(start, 3s);
  pauses.note(start + 10s, 1s);
  EXPECT_EQ(pauses.at(start + 59s), 3s);
  EXPECT_EQ(pauses.at(start + 61s), 3s);
  pauses.note(start + 61s, 2s);
  EXPECT_EQ(pauses.at(start + 62s), 3s);
  EXPECT_EQ(pauses.at(start + 122s), 2s);
  EXPECT_EQ(pauses.at(start + 10min), 0s);
}

// A handler holds the loop until the thread has noticed it: what it waits for is what the test is about.
TEST(LoopWatch, NoticesFromOutsideALoopThatDoesNotTurnAndThatItTurnsAgain) {
  boost::asio::io_context io(1);
  SystemClock clock;
  std::promise<void> stuck;
  bool again = false;
  LoopWatch watch(clock, {.tick = 2ms, .say = 3, .end = 0}, [&](LoopState state) {
    if (state == kStuck) return stuck.set_value();
    if (state != kTurnsAgain) return;
    again = true;
    io.stop();
  });
  MetricsRegistry metrics;
  watch.measure(metrics);
  boost::asio::co_spawn(io, watch.beat(), boost::asio::detached);
  boost::asio::post(io, [&] { EXPECT_EQ(stuck.get_future().wait_for(60s), std::future_status::ready); });
  io.run_for(60s);
  watch.stop();
  EXPECT_TRUE(again);
  EXPECT_THAT(metrics.render(), HasSubstr("\nrotor_event_loop_longest_pause_seconds "));
  EXPECT_THAT(metrics.render(), Not(HasSubstr("\nrotor_event_loop_longest_pause_seconds 0\n")));
}

TEST(LoopWatch, TakesNoStopForAStall) {
  SystemClock clock;
  LoopWatch watch(clock, {.tick = 1h}, [](LoopState) { FAIL(); });
  watch.stop();
}

}  // namespace
}  // namespace rotor::cli
