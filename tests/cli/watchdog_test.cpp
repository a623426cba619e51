#include "cli/watchdog.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rotor::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::vector<kube::QueueLateness> late(Duration workers, Duration parked) {
  return {{"fine", {}, {}}, {"externalsecret", {3, workers}, {5, parked}}};
}

struct OverdueCase {
  Duration workers, parked, limit;
  bool healthy;
};

TEST(Overdue, IsAReasonNotToBeReadyWhenWorkersAreToBlame) {
  for (const OverdueCase& c : {OverdueCase{16min, 0s, 15min, false}, OverdueCase{15min, 0s, 15min, true},
                               OverdueCase{0s, 24h, 15min, true}, OverdueCase{24h, 0s, 0s, true}}) {
    EXPECT_EQ(overdue_reason(late(c.workers, c.parked), c.limit).empty(), c.healthy) << c.workers.count();
  }
  EXPECT_THAT(
      overdue_reason(late(16min, 0s), 15min),
      HasSubstr("externalsecret: an object has been due for 16m0s and is not done (3 are late; --overdue-limit is "
                "15m0s)"));
}

TEST(Overdue, IsAReasonToStartAnewPastTwiceTheLimit) {
  EXPECT_EQ(stuck_reason(late(30min, 0s), 15min), "");
  EXPECT_THAT(stuck_reason(late(31min, 0s), 15min), HasSubstr("due for 31m0s"));
  EXPECT_EQ(stuck_reason(late(0s, 24h), 15min), "") << "a store that is down is no reason";
  EXPECT_EQ(stuck_reason(late(24h, 0s), 0s), "");
}

TEST(Overdue, IsAMetricByControllerAndByWhatIsWaitedFor) {
  MetricsRegistry metrics;
  add_overdue_metrics(metrics, [] { return late(90s, 5min); });
  const std::string text = metrics.render();
  EXPECT_THAT(text, HasSubstr(R"(rotor_overdue_seconds{controller="externalsecret",waits_for="worker"} 90)"));
  EXPECT_THAT(text, HasSubstr(R"(rotor_overdue_seconds{controller="externalsecret",waits_for="store"} 300)"));
  EXPECT_THAT(text, HasSubstr(R"(rotor_overdue_objects{controller="externalsecret",waits_for="store"} 5)"));
  EXPECT_THAT(text, HasSubstr(R"(rotor_overdue_objects{controller="fine",waits_for="worker"} 0)"));
}

}  // namespace
}  // namespace rotor::cli
