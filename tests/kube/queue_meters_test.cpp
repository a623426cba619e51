#include "kube/runtime/queue_meters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/loop.hpp"

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class QueueMetersTest : public testing::Test {
 protected:
  Task<Outcome> work(Key key) {
    co_await clock.sleep_for(2s);
    co_return key.name == "bad" ? Outcome::failed() : key.name == "later" ? Outcome::again_after(1h) : Outcome::done();
  }
  std::string text() const { return "\n" + metrics.render(); }

  test::FakeClock clock;
  MetricsRegistry metrics;
  Queue queue{clock, "externalsecret", 1, [this](Key key) { return work(std::move(key)); }};
  test::Loop loop;
};

TEST_F(QueueMetersTest, CountPassesByTheirResult) {
  queue.measure(metrics);
  for (const char* name : {"good", "bad", "later"}) queue.add({"ns", name});
  loop.start(queue.run());
  EXPECT_THAT(text(), HasSubstr("\nworkqueue_depth{name=\"externalsecret\"} 2\n"));
  EXPECT_THAT(text(), HasSubstr("\ncontroller_runtime_active_workers{controller=\"externalsecret\"} 1\n"));
  clock.advance(loop.io(), 1s);
  EXPECT_THAT(text(), HasSubstr("\nworkqueue_longest_running_processor_seconds{name=\"externalsecret\"} 1\n"));
  clock.advance(loop.io(), 5s);
  for (const char* result : {"success", "error", "requeue_after"}) {
    EXPECT_THAT(text(),
                HasSubstr(std::string("controller_runtime_reconcile_total{controller=\"externalsecret\",result=\"") +
                          result + "\"} 1\n"));
  }
  EXPECT_THAT(text(), HasSubstr("\ncontroller_runtime_reconcile_errors_total{controller=\"externalsecret\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("\nworkqueue_retries_total{name=\"externalsecret\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("\nworkqueue_work_duration_seconds_sum{name=\"externalsecret\"} 6\n"));
  EXPECT_THAT(text(), HasSubstr("\nworkqueue_queue_duration_seconds_count{name=\"externalsecret\"} 4\n"))
      << "the retry has begun";
}

TEST_F(QueueMetersTest, OfTwoControllersStandSideBySide) {
  Queue other{clock, "secretstore", 4, [this](Key key) { return work(std::move(key)); }};
  queue.measure(metrics);
  other.measure(metrics);
  EXPECT_THAT(text(), HasSubstr("\nworkqueue_depth{name=\"externalsecret\"} 0\n"
                                "workqueue_depth{name=\"secretstore\"} 0\n"));
  EXPECT_THAT(text(), HasSubstr("controller_runtime_max_concurrent_reconciles{controller=\"secretstore\"} 4\n"));
}

}  // namespace
}  // namespace rotor::kube
