#include <gtest/gtest.h>

#include "openclaw/memory.hpp"

namespace rotor::openclaw {
namespace {

using namespace std::chrono_literals;
using Changes = std::map<std::string, std::string>;

struct Timeline {
  QuietPeriod quiet;
  SteadyTime now{1h};
  Duration look(const Changes& changes) { return quiet.wait(changes, now, 1s, 10s); }
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
  t.quiet.clear();
  t.now += 1h;
  EXPECT_EQ(t.look({{"s", "2"}}), 1s);
}

}  // namespace
}  // namespace rotor::openclaw
