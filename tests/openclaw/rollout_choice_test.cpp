// What the owner of an instance may say about its restarts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time.hpp"
#include "openclaw/rollout/choice.hpp"

namespace rotor::openclaw {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using When = RolloutChoice::When;

WallTime at(std::string_view text) { return *parse_time(text); }

RotationWish wish() {
  RotationWish out;
  out.changed.emplace("keys", "d");
  return out;
}

RolloutChoice choice(std::string when, std::string window = "") {
  kube::StringMap annotations{{"openclaw.rocks/secret-rollout", std::move(when)}};
  if (!window.empty()) annotations.emplace("openclaw.rocks/secret-rollout-window", std::move(window));
  return read_choice(annotations);
}

Permit decided(const RolloutChoice& choice, std::string_view now = "2026-05-06T12:00:00Z") {
  return decide_choice(choice, wish(), at(now));
}

TEST(RolloutChoice, WithoutAnnotationsAndWithImmediateARestartGoes) {
  EXPECT_EQ(read_choice({}).when, When::kWhenDue);
  EXPECT_TRUE(decided(read_choice({})).goes());
  EXPECT_EQ(choice("immediate").when, When::kImmediate);
  EXPECT_TRUE(decided(choice("immediate")).goes());
}

TEST(RolloutChoice, PausedWaitsAndNamesTheSecret) {
  const Permit permit = decided(choice("paused"));
  EXPECT_EQ(permit.reason, "RestartPaused");
  EXPECT_THAT(permit.message, HasSubstr("keys"));
  EXPECT_FALSE(permit.look_again);
  EXPECT_FALSE(permit.warns);
}

TEST(RolloutChoice, NothingHoldsWhatRestartsNoPod) {
  RotationWish asleep = wish();
  asleep.wanted.spec.replicas = 0;
  EXPECT_TRUE(decide_choice(choice("paused"), asleep, at("2026-05-06T12:00:00Z")).goes());
  EXPECT_TRUE(decide_choice(choice("nonsense"), asleep, at("2026-05-06T12:00:00Z")).goes());
}

struct WindowCase {
  const char* window;
  const char* now;
  const char* opens;  // empty: open now
};

class RolloutWindow : public testing::TestWithParam<WindowCase> {};

TEST_P(RolloutWindow, OpensAndIsLookedAtThen) {
  const RolloutChoice parsed = choice("window", GetParam().window);
  ASSERT_EQ(parsed.problem, "");
  const Permit permit = decided(parsed, GetParam().now);
  if (*GetParam().opens == '\0') {
    EXPECT_TRUE(permit.goes());
    return;
  }
  EXPECT_EQ(permit.reason, "RestartWindow");
  EXPECT_THAT(permit.message, HasSubstr(GetParam().opens));
  EXPECT_EQ(*permit.look_again, at(GetParam().opens) - at(GetParam().now));
}

// 2026-05-06 is a Wednesday; Berlin is two hours ahead of UTC then.
INSTANTIATE_TEST_SUITE_P(
    Table, RolloutWindow,
    testing::Values(WindowCase{"0 2 * * * for 2h", "2026-05-06T02:00:00Z", ""},
                    WindowCase{"0 2 * * * for 2h", "2026-05-06T03:59:00Z", ""},
                    WindowCase{"0 2 * * * for 2h", "2026-05-06T04:01:00Z", "2026-05-07T02:00:00Z"},
                    WindowCase{"0 2 * * 6 for 90m", "2026-05-06T12:00:00Z", "2026-05-09T02:00:00Z"},
                    WindowCase{"TZ=Europe/Berlin 0 2 * * * for 1h", "2026-05-06T00:30:00Z", ""},
                    WindowCase{"TZ=Europe/Berlin 0 2 * * * for 1h", "2026-05-06T02:30:00Z", "2026-05-07T00:00:00Z"},
                    WindowCase{"0 2 * * * for 1h; 0 13 * * * for 1h", "2026-05-06T12:00:00Z", "2026-05-06T13:00:00Z"},
                    WindowCase{" @daily for 1h ;", "2026-05-06T12:00:00Z", "2026-05-07T00:00:00Z"}));

TEST(RolloutChoice, AWindowThatNeverOpensIsSaid) {
  const Permit permit = decided(choice("window", "0 0 30 2 * for 1h"));
  EXPECT_EQ(permit.reason, "RestartWindow");
  EXPECT_THAT(permit.message, HasSubstr("none of openclaw.rocks/secret-rollout-window opens"));
}

struct BadChoice {
  const char* when;
  const char* window;
  const char* says;
};

class RolloutChoiceMistake : public testing::TestWithParam<BadChoice> {};

TEST_P(RolloutChoiceMistake, HoldsTheRestartAndWarnsWithTheWayOut) {
  const Permit permit = decided(choice(GetParam().when, GetParam().window));
  EXPECT_EQ(permit.verdict, Permit::Verdict::kWait);
  EXPECT_EQ(permit.reason, "RolloutAnnotationInvalid");
  EXPECT_TRUE(permit.warns);
  EXPECT_THAT(permit.message, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(Table, RolloutChoiceMistake,
                         testing::Values(BadChoice{"later", "", "none of immediate, paused, window"},
                                         BadChoice{"Paused", "", "none of immediate, paused, window"},
                                         BadChoice{"window", "", "there is none"},
                                         BadChoice{"window", "0 2 * * *", "for how long"},
                                         BadChoice{"window", "0 2 * * for 2h", "5 fields"},
                                         BadChoice{"window", "0 2 * * * for ever", "write it like"},
                                         BadChoice{"window", "0 2 * * * for 10s", "a minute at least"},
                                         BadChoice{"window", "0 2 * * * for 9000h", "744h at most"},
                                         BadChoice{"window", "@every 1h for 5m", "no time of day"},
                                         BadChoice{"window", "TZ=Mars/North 0 2 * * * for 2h", "Mars/North"}));

}  // namespace
}  // namespace rotor::openclaw
