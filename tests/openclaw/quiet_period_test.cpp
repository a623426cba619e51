#include "openclaw/quiet_period.hpp"

#include <gtest/gtest.h>

namespace rotor::openclaw {
namespace {

using namespace std::chrono_literals;

constexpr QuietLimits kLimits{1s, 10s};

struct Timeline {
  QuietPeriod quiet;
  SteadyTime now{1h};
  Duration look(const Changes& changes) {
    quiet = look_at(quiet, changes, now, kLimits);
    return time_left(quiet, now, kLimits);
  }
  void hold() { quiet = hold_at(quiet, now); }
};

TEST(QuietPeriod, EndsOneSecondAfterASingleChange) {
  Timeline t;
  EXPECT_EQ(t.look({{"s", "1"}}), 1s);
  t.now += 1s;
  EXPECT_LE(t.look({{"s", "1"}}), 0s);
}

TEST(QuietPeriod, Row11StartsAgainWithEachChange) {
  Timeline t;
  t.look({{"a", "1"}});
  t.now += 900ms;
  EXPECT_EQ(t.look({{"a", "1"}, {"b", "1"}}), 1s);
  t.now += 900ms;
  EXPECT_EQ(t.look({{"a", "1"}, {"b", "1"}}), 100ms);
}

TEST(QuietPeriod, LastsTenSecondsAtMost) {
  Timeline t;
  int looks = 0;
  while (t.look({{"s", std::to_string(looks)}}) > 0s && looks < 100) {
    t.now += 500ms;
    ++looks;
  }
  EXPECT_EQ(looks, 20);
}

TEST(QuietPeriod, ForgetsAfterARotation) {
  Timeline t;
  t.look({{"s", "1"}});
  t.quiet = {};
  t.now += 1h;
  EXPECT_EQ(t.look({{"s", "2"}}), 1s);
}

// What is looked at, when, after a first look at {"s": "1"} in the first second.
struct LookCase {
  std::chrono::milliseconds at;
  Changes changes;
  std::chrono::milliseconds left;
};
class SecondLook : public testing::TestWithParam<LookCase> {};

TEST_P(SecondLook, WaitsForTheBurstToEnd) {
  constexpr SteadyTime kBegin{1h};
  const QuietPeriod first = look_at({}, {{"s", "1"}}, kBegin, kLimits);
  const SteadyTime now = kBegin + GetParam().at;
  const QuietPeriod second = look_at(first, GetParam().changes, now, kLimits);
  EXPECT_EQ(time_left(second, now, kLimits), GetParam().left);
  EXPECT_EQ(second.first_at, kBegin);
}

INSTANTIATE_TEST_SUITE_P(Cases, SecondLook,
                         testing::Values(LookCase{0ms, {{"s", "1"}}, 1000ms},     // nothing new
                                         LookCase{400ms, {{"s", "1"}}, 600ms},    // the same change, later
                                         LookCase{400ms, {{"s", "2"}}, 1000ms},   // another value
                                         LookCase{400ms, {{"r", "1"}}, 1000ms},   // another Secret
                                         LookCase{9500ms, {{"s", "2"}}, 500ms},   // ten seconds at most
                                         LookCase{1000ms, {{"s", "1"}}, 0ms},     // over
                                         LookCase{12s, {{"s", "2"}}, -2000ms}));  // long over

TEST(QuietPeriod, OfZeroIsOverAtOnce) {
  const QuietPeriod burst = look_at({}, {{"s", "1"}}, SteadyTime{1h}, {0s, 10s});
  EXPECT_LE(time_left(burst, SteadyTime{1h}, {0s, 10s}), 0s);
}

// Over, and nothing was restarted: leave was asked for, and not given yet.
TEST(QuietPeriod, OfAChangeThatComesWhileLeaveIsAwaitedIsOneOfItsOwn) {
  Timeline t;
  t.look({{"s", "1"}});
  t.now += 1s;
  ASSERT_LE(t.look({{"s", "1"}}), 0s);
  t.now += 1h;
  EXPECT_LE(t.look({{"s", "1"}}), 0s) << "nothing else came";
  EXPECT_EQ(t.look({{"s", "2"}}), 1s);
  t.now += 900ms;
  EXPECT_EQ(t.look({{"s", "3"}}), 1s) << "it lasts as any other";
  int looks = 0;
  while (t.look({{"s", "more " + std::to_string(looks)}}) > 0s && looks < 100) {
    t.now += 500ms;
    ++looks;
  }
  EXPECT_EQ(looks, 19) << "ten seconds at most, of which 0.9 had passed";
}

TEST(QuietPeriod, CountsNoTimeThatItIsHeldFor) {
  Timeline t;
  t.look({{"s", "1"}});
  t.now += 500ms;
  t.hold();
  t.now += 1h;
  t.hold();
  EXPECT_LE(t.look({{"s", "1"}}), 0s) << "it came long ago";

  Timeline other;
  other.look({{"s", "1"}});
  other.now += 500ms;
  other.hold();
  other.now += 1h;
  EXPECT_EQ(other.look({{"s", "2"}}), 1s);
}

TEST(QuietPeriod, OfABurstThatIsHeldAgainAndAgainEndsAllTheSame) {
  Timeline t;
  int looks = 0;
  while (t.look({{"s", std::to_string(looks)}}) > 0s && looks < 100) {
    t.now += 500ms;
    t.hold();
    t.now += 500ms;
    ++looks;
  }
  EXPECT_EQ(looks, 20);
}

TEST(QuietPeriod, IsNotBegunByWhatIsHeld) {
  Timeline t;
  t.hold();
  EXPECT_EQ(t.quiet, QuietPeriod{});
}

}  // namespace
}  // namespace rotor::openclaw
