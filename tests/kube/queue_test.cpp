#include "kube/runtime/queue.hpp"

#include <functional>
#include <stdexcept>

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/loop.hpp"

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

// What the reconciles of a test do: note the key, take some time, and answer as told.
struct Work {
  test::FakeClock& clock;
  std::vector<std::string> log{};
  Duration takes{};
  std::function<Outcome(const Key&)> answer = [](const Key&) { return Outcome::done(); };
  int running = 0;
  int most = 0;

  static Task<Outcome> run(Work& work, Key key) {
    work.log.push_back(key.name);
    work.most = std::max(work.most, ++work.running);
    if (work.takes > Duration::zero()) co_await work.clock.sleep_for(work.takes);
    --work.running;
    co_return work.answer(key);
  }
};

struct QueueTest : testing::Test {
  test::FakeClock clock;
  Work work{clock};
  Queue queue{clock, "test", 1, [this](Key key) { return Work::run(work, std::move(key)); }};
  test::Loop loop;

  static Key key(const char* name) { return {"n", name}; }
};

TEST_F(QueueTest, RunsEachKeyOnce) {
  queue.add(key("a"));
  queue.add(key("b"));
  queue.add(key("a"));
  EXPECT_EQ(queue.depth(), 2U);
  loop.start(queue.run());
  EXPECT_THAT(work.log, ElementsAre("a", "b"));
  EXPECT_EQ(queue.depth(), 0U);
  queue.add(key("a"));
  loop.settle();
  EXPECT_THAT(work.log, ElementsAre("a", "b", "a"));
}

TEST_F(QueueTest, LeavesOthersTheirTurnBetweenReconcilesThatWaitForNothing) {
  for (int i = 0; i < 1000; ++i) queue.add({"n", std::to_string(i)});
  std::size_t done_before = 1000;
  work.answer = [&](const Key&) {
    if (work.log.size() == 1) boost::asio::post(loop.io(), [&] { done_before = work.log.size(); });
    return Outcome::done();
  };
  loop.start(queue.run());
  EXPECT_EQ(work.log.size(), 1000U);
  EXPECT_LT(done_before, 100U);
}

TEST_F(QueueTest, ServesUsersBeforeRetriesBeforeRefreshes) {
  queue.add(key("refresh"), Lane::kRefresh);
  queue.add(key("retry"), Lane::kRetry);
  queue.add(key("user"), Lane::kUser);
  queue.add(key("promoted"), Lane::kRefresh);
  queue.add(key("promoted"), Lane::kUser);
  queue.add(key("user"), Lane::kRefresh);  // stays where it is
  loop.start(queue.run());
  EXPECT_THAT(work.log, ElementsAre("user", "promoted", "retry", "refresh"));
}

TEST_F(QueueTest, LetsNamespacesTakeTurns) {
  for (const char* name : {"a", "b", "c", "d"}) queue.add({"crowded", name});
  queue.add({"other", "x"});
  queue.add({"third", "y"});
  queue.add({"other", "z"});
  loop.start(queue.run());
  EXPECT_THAT(work.log, ElementsAre("a", "x", "y", "b", "z", "c", "d"));
}

TEST_F(QueueTest, RunsAKeyAgainThatWasAddedMeanwhile) {
  work.takes = 1s;
  loop.start(queue.run());
  queue.add(key("a"));
  loop.settle();
  queue.add(key("a"));
  queue.add(key("a"));
  EXPECT_EQ(queue.depth(), 0U);
  clock.advance(loop.io(), 10s);
  EXPECT_THAT(work.log, ElementsAre("a", "a"));
}

TEST_F(QueueTest, BacksOffTwiceAsLongEachTimeUpToALimit) {
  work.answer = [](const Key&) { return Outcome::failed(); };
  loop.start(queue.run());
  queue.add(key("a"));
  loop.settle();
  for (const auto wait : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 420s, 420s}) {
    const std::size_t runs = work.log.size();
    clock.advance(loop.io(), wait - 1ms);
    EXPECT_EQ(work.log.size(), runs);
    clock.advance(loop.io(), 1ms);
    EXPECT_EQ(work.log.size(), runs + 1);
  }
  EXPECT_EQ(queue.failures(key("a")), 12);
}

TEST_F(QueueTest, ForgetsFailuresAfterASuccess) {
  bool fails = true;
  work.answer = [&](const Key&) { return fails ? Outcome::failed() : Outcome::done(); };
  loop.start(queue.run());
  queue.add(key("a"));
  clock.advance(loop.io(), 3s);
  EXPECT_EQ(queue.failures(key("a")), 3);
  fails = false;
  clock.advance(loop.io(), 4s);
  EXPECT_EQ(queue.failures(key("a")), 0);
  clock.advance(loop.io(), 1h);
  EXPECT_EQ(work.log.size(), 4U);
}

TEST_F(QueueTest, RunsAnEditedKeyWithoutWaitingForItsBackOff) {
  work.answer = [](const Key&) { return Outcome::failed(); };
  loop.start(queue.run());
  queue.add(key("a"));
  clock.advance(loop.io(), 100s);
  const std::size_t runs = work.log.size();
  queue.add(key("a"));
  loop.settle();
  EXPECT_EQ(work.log.size(), runs + 1);
}

TEST_F(QueueTest, KeepsAppointments) {
  work.answer = [](const Key&) { return Outcome::again_after(1h); };
  loop.start(queue.run());
  queue.add(key("a"));
  clock.advance(loop.io(), 3h + 1s);
  EXPECT_EQ(work.log.size(), 4U);
}

TEST_F(QueueTest, KeepsTheSoonerOfTwoAppointments) {
  loop.start(queue.run());
  queue.add_after(key("a"), 10s, Lane::kRefresh);
  queue.add_after(key("a"), 5s, Lane::kRetry);
  queue.add_after(key("a"), 20s, Lane::kRefresh);
  queue.add_after(key("b"), 1s, Lane::kRefresh);
  clock.advance(loop.io(), 2s);
  EXPECT_THAT(work.log, ElementsAre("b"));
  clock.advance(loop.io(), 1h);
  EXPECT_THAT(work.log, ElementsAre("b", "a"));
}

TEST_F(QueueTest, DropsTheOldAppointmentWhenAKeyRunsBeforeIt) {
  work.answer = [](const Key&) { return Outcome::again_after(1h); };
  loop.start(queue.run());
  queue.add(key("a"));
  clock.advance(loop.io(), 50min);
  queue.add(key("a"));
  clock.advance(loop.io(), 59min);
  EXPECT_EQ(work.log.size(), 2U);
  clock.advance(loop.io(), 1min);
  EXPECT_EQ(work.log.size(), 3U);
}

TEST_F(QueueTest, ForgetsAKeyThatIsGone) {
  work.answer = [](const Key&) { return Outcome::failed(); };
  loop.start(queue.run());
  queue.add(key("a"));
  loop.settle();
  queue.forget(key("a"));
  EXPECT_EQ(queue.failures(key("a")), 0);
  clock.advance(loop.io(), 1h);
  EXPECT_EQ(work.log.size(), 1U);
}

TEST_F(QueueTest, CountsAnExceptionAsAFailureAndGoesOn) {
  work.answer = [](const Key& k) -> Outcome {
    if (k.name == "bad") throw std::runtime_error("bug");
    return Outcome::done();
  };
  loop.start(queue.run());
  queue.add(key("bad"));
  queue.add(key("good"));
  loop.settle();
  EXPECT_THAT(work.log, ElementsAre("bad", "good"));
  EXPECT_EQ(queue.failures(key("bad")), 1);
}

TEST_F(QueueTest, WorksOnSoManyAtOnceAndNoMore) {
  Queue wide(clock, "wide", 3, [this](Key k) { return Work::run(work, std::move(k)); });
  work.takes = 1s;
  loop.start(wide.run());
  for (const char* name : {"a", "b", "c", "d", "e"}) wide.add(key(name));
  clock.advance(loop.io(), 1s);
  EXPECT_EQ(work.most, 3);
  EXPECT_EQ(work.log.size(), 5U);
  clock.advance(loop.io(), 10s);
  EXPECT_EQ(work.log.size(), 5U);
  loop.stop();
}

TEST_F(QueueTest, KeepsWorkersFreeOfBackgroundWorkForWhatAPersonWaitsFor) {
  Queue wide(clock, "wide", 8, [this](Key k) { return Work::run(work, std::move(k)); });
  work.takes = 1h;
  loop.start(wide.run());
  for (int i = 0; i < 10; ++i) {
    wide.add({"n", "refresh-" + std::to_string(i)}, Lane::kRefresh);
    wide.add({"n", "retry-" + std::to_string(i)}, Lane::kRetry);
  }
  loop.settle();
  EXPECT_EQ(work.running, 6) << "a store that hangs holds these";
  wide.add(key("new"));
  wide.add(key("force-synced"));
  loop.settle();
  EXPECT_EQ(work.running, 8);
  EXPECT_EQ(work.log.at(6), "new");
  EXPECT_EQ(work.log.at(7), "force-synced");
  loop.stop();
}

TEST_F(QueueTest, GivesBackgroundWorkItsTurnWhenABackgroundWorkerIsFree) {
  Queue wide(clock, "wide", 4, [this](Key k) { return Work::run(work, std::move(k)); });
  work.takes = 1s;
  loop.start(wide.run());
  for (int i = 0; i < 7; ++i) wide.add({"n", std::to_string(i)}, Lane::kRefresh);
  for (const std::size_t done : {3U, 6U, 7U}) {
    loop.settle();
    EXPECT_EQ(work.log.size(), done);
    EXPECT_LE(work.running, 3);
    clock.advance(loop.io(), 1s);
  }
  loop.stop();
}

TEST_F(QueueTest, LeavesTheWorkerOfAParkedKeyToOthersUntilTheKeyIsAdded) {
  work.answer = [&](const Key& k) { return k.name == "parked" ? Outcome::parked() : Outcome::done(); };
  loop.start(queue.run());
  queue.add(key("parked"), Lane::kRefresh);
  queue.add(key("other"), Lane::kRefresh);
  clock.advance(loop.io(), 1h);
  EXPECT_THAT(work.log, ElementsAre("parked", "other"));
  queue.add(key("parked"), Lane::kRefresh);
  loop.settle();
  EXPECT_EQ(work.log.size(), 3U);
}

TEST_F(QueueTest, WakesAParkedKeyWhenItsTimeHasPassedAndCountsNoFailure) {
  work.answer = [&](const Key&) { return Outcome::parked_for(10s, Lane::kRefresh); };
  loop.start(queue.run());
  queue.add(key("a"), Lane::kRefresh);
  clock.advance(loop.io(), 10s);
  EXPECT_EQ(work.log.size(), 2U);
  EXPECT_EQ(queue.failures(key("a")), 0);
}

TEST_F(QueueTest, TellsAReconcileItsLane) {
  std::vector<Lane> lanes;
  work.answer = [&](const Key& k) {
    lanes.push_back(queue.lane(k));
    return Outcome::done();
  };
  queue.add(key("a"), Lane::kRefresh);
  queue.add(key("b"), Lane::kRetry);
  queue.add(key("c"));
  loop.start(queue.run());
  EXPECT_THAT(lanes, ElementsAre(Lane::kUser, Lane::kRetry, Lane::kRefresh));
}

TEST_F(QueueTest, SaysHowLongKeysHaveBeenDueAndWhomTheyWaitFor) {
  work.answer = [&](const Key& k) { return k.name == "parked" ? Outcome::parked() : Outcome::again_after(1min); };
  loop.start(queue.run());
  queue.add(key("parked"));
  queue.add(key("fine"));
  clock.advance(loop.io(), 20s);
  EXPECT_EQ(queue.lateness().workers.count, 0U) << "what has an appointment is not late";
  EXPECT_EQ(queue.lateness().parked.count, 1U);
  EXPECT_EQ(queue.lateness().parked.greatest, 20s);
  work.takes = 1h;  // one worker, and it hangs
  queue.add(key("hangs"));
  queue.add(key("behind"));
  clock.advance(loop.io(), 30s);
  EXPECT_EQ(queue.lateness().workers.count, 2U);
  EXPECT_EQ(queue.lateness().workers.greatest, 30s);
  queue.forget(key("parked"));
  EXPECT_EQ(queue.lateness().parked.count, 0U);
}

TEST_F(QueueTest, DoesNotCallLateForItsWorkersWhatWaitedForSomethingElse) {
  work.answer = [](const Key&) { return Outcome::parked(); };
  loop.start(queue.run());
  queue.add(key("a"));
  clock.advance(loop.io(), 1h);
  work.takes = 1h;
  queue.add(key("a"));
  clock.advance(loop.io(), 10s);
  EXPECT_EQ(queue.lateness().workers.greatest, 10s);
}

TEST_F(QueueTest, DoesNotCallLateWhatCameBeforeAnybodyCouldWorkOnIt) {
  work.takes = 1h;
  queue.add(key("a"));
  clock.advance(loop.io(), 24h);  // a standby
  loop.start(queue.run());
  clock.advance(loop.io(), 10s);
  EXPECT_EQ(queue.lateness().workers.greatest, 10s);
}

TEST_F(QueueTest, CountsAnAppointmentThatNobodyKeepsAsLate) {
  queue.add_after(key("a"), 10s, Lane::kRefresh);  // run() is not there to keep it
  clock.advance(loop.io(), 70s);
  EXPECT_EQ(queue.lateness().workers.greatest, 60s);
}

TEST(BackgroundWorkers, AreAllButAQuarter) {
  for (const auto& [workers, background] : {std::pair{1, 1}, {2, 1}, {3, 2}, {8, 6}, {64, 48}, {1000, 750}}) {
    EXPECT_EQ(background_workers(workers), background) << workers;
  }
}

TEST_F(QueueTest, EndsWhenCancelledInTheMiddleOfWork) {
  work.takes = 1h;
  loop.start(queue.run());
  queue.add(key("a"));
  queue.add(key("b"));
  loop.settle();
  loop.stop();
  EXPECT_EQ(clock.sleepers(), 0U);
  EXPECT_THAT(work.log, ElementsAre("a"));
}

}  // namespace
}  // namespace rotor::kube
