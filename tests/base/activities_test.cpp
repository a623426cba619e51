#include "base/activities.hpp"

#include <stdexcept>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include "base/clock.hpp"

namespace rotor {
namespace {

using namespace std::chrono_literals;

Task<> sleep_for_ever(Clock& clock, int& ended) {
  struct Count {
    int& n;
    ~Count() { ++n; }
  } count{ended};
  for (;;) co_await clock.sleep_for(1h);
}

Task<> break_down() {
  throw std::runtime_error("broken");
  co_return;
}

TEST(Activities, EndTogetherWhenCancelled) {
  boost::asio::io_context io;
  SystemClock clock;
  int ended = 0;
  Activities activities(io.get_executor(), [](std::exception_ptr) { FAIL(); });
  activities.start(sleep_for_ever(clock, ended));
  activities.start(sleep_for_ever(clock, ended));
  io.poll();
  EXPECT_EQ(activities.running(), 2U);
  activities.cancel();
  io.run();  // returns: nothing is left
  EXPECT_EQ(ended, 2);
  EXPECT_EQ(activities.running(), 0U);
}

TEST(Activities, AreAllThatKeepsTheLoopRunning) {
  boost::asio::io_context io;
  SystemClock clock;
  int ended = 0;
  Activities activities(io.get_executor(), [](std::exception_ptr) { FAIL(); });
  activities.start(sleep_for_ever(clock, ended));
  boost::asio::steady_timer idle(io, 1h);  // like an idle connection's
  idle.async_wait([](const boost::system::error_code&) {});
  boost::asio::post(io, [&activities] { activities.cancel(); });
  run_until_ended(io, activities, 1h);
  EXPECT_EQ(ended, 1);
}

TEST(Activities, ReportWhatOneThrew) {
  boost::asio::io_context io;
  int failures = 0;
  Activities activities(io.get_executor(), [&failures](std::exception_ptr) { ++failures; });
  activities.start(break_down());
  io.run();
  EXPECT_EQ(failures, 1);
}

TEST(Activities, StartNothingAfterTheEnd) {
  boost::asio::io_context io;
  SystemClock clock;
  int ended = 0;
  Activities activities(io.get_executor(), [](std::exception_ptr) {});
  activities.cancel();
  activities.start(sleep_for_ever(clock, ended));
  EXPECT_EQ(activities.running(), 0U);
}

}  // namespace
}  // namespace rotor
