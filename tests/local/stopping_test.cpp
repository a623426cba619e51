#include "local/stopping.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace rotor::local {
namespace {

using namespace std::chrono_literals;

TEST(Stopping, SaysWhatIsWaitedForAndForHowLong) {
  EXPECT_EQ(stopping_text({}), "stopping");
  const std::vector<Pending> pending = {{"ns/a", 11, 30s}, {"ns/b", 12, 90s}, {"ns/c", 13, 1s}, {"ns/d", 14, 1s}};
  EXPECT_EQ(stopping_text(std::span(pending).first(1)),
            "stopping: waiting up to 30 s for ns/a (pid 11); Ctrl-C again ends it at once");
  EXPECT_EQ(
      stopping_text(pending),
      "stopping: waiting up to 90 s for ns/a (pid 11), ns/b (pid 12), ns/c (pid 13) and 1 more; Ctrl-C again ends "
      "them at once");
}

TEST(Stopping, IsHurriedByASecondSignalButNotByTheSameOneTwice) {
  EXPECT_TRUE(asks_to_hurry(SIGINT, 300ms));
  EXPECT_TRUE(asks_to_hurry(SIGTERM, 5s));
  EXPECT_FALSE(asks_to_hurry(SIGINT, 1ms)) << "`timeout` and npm send one Ctrl-C on to a process that had it";
  EXPECT_FALSE(asks_to_hurry(SIGHUP, 5s)) << "a terminal that closes says so more than once";
}

}  // namespace
}  // namespace rotor::local
