#include "template/cron.hpp"

#include <gtest/gtest.h>

#include "base/time.hpp"
#include "tests/template/vectors.hpp"

namespace rotor::tmpl {
namespace {

WallTime at(std::string_view text) { return *parse_time(text); }

TEST(Cron, PassesEveryVector) {
  std::size_t count = 0;
  for (const json::Object& v : test::vectors("cron")) {
    ++count;
    SCOPED_TRACE(test::text(v, "id") + " " + test::text(v, "schedule"));
    const auto schedule = CronSchedule::parse(test::text(v, "schedule"));
    ASSERT_EQ(!schedule.has_value(), v.contains("error"));
    if (!schedule) {
      if (!test::text(v, "error_text").contains("strconv"))
        EXPECT_EQ(schedule.error().message, test::text(v, "error_text"));
      continue;
    }
    std::optional<WallTime> t = at(test::text(v, "from"));
    for (const auto& expected :
         v.at("expected_next").is_array() ? v.at("expected_next").as_array() : json::Array{"never"}) {
      t = schedule->next(*t);
      EXPECT_EQ(t ? format_time(*t) : "never", std::string_view(expected.as_string()));
      if (!t) break;
    }
  }
  EXPECT_GT(count, 60U);
}

TEST(SyncWindow, PassesEveryVector) {
  for (const json::Object& v : test::vectors("syncwindow")) {
    SCOPED_TRACE(test::text(v, "id"));
    const auto schedule = CronSchedule::parse(test::text(v, "schedule"));
    const auto duration = parse_duration(test::text(v, "duration"));
    ASSERT_EQ(!schedule || !duration, v.contains("error"));
    if (!schedule || !duration) continue;
    EXPECT_EQ(window_active(*schedule, *duration, at(test::text(v, "at"))), v.at("expected_active").as_bool());
  }
}

TEST(Cron, SkipsHoursThatDoNotExistAndRepeatsThoseThatComeTwice) {
  const auto spring = CronSchedule::parse("CRON_TZ=America/New_York 30 2 * * *");
  ASSERT_TRUE(spring);
  EXPECT_EQ(format_time(*spring->next(at("2024-03-10T05:00:00Z"))), "2024-03-11T06:30:00Z");
  const auto autumn = CronSchedule::parse("TZ=America/New_York 30 1 * * *");
  ASSERT_TRUE(autumn);
  const WallTime once = *autumn->next(at("2024-11-03T04:00:00Z"));
  EXPECT_EQ(format_time(once), "2024-11-03T05:30:00Z");
  EXPECT_EQ(format_time(*autumn->next(once)), "2024-11-03T06:30:00Z");
}

// Found by the fuzzer.
TEST(Cron, StandsAtBothEndsOfTime) {
  const auto schedule = CronSchedule::parse("@every 1h");
  ASSERT_TRUE(schedule);
  EXPECT_GT(*schedule->next(WallTime::min()), WallTime::min());
  EXPECT_EQ(*schedule->next(WallTime::max()), WallTime::max());
  EXPECT_FALSE(window_active(*schedule, Duration::min(), at("2026-01-02T03:04:05Z")));
}

TEST(Cron, RefusesABareZone) { EXPECT_FALSE(CronSchedule::parse("TZ=UTC")); }

}  // namespace
}  // namespace rotor::tmpl
