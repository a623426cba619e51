#include "secrets/schedule/store_ledger.hpp"

#include <gtest/gtest.h>

namespace rotor::secrets {
namespace {

using namespace std::chrono_literals;
using Next = StoreLedger::Next;

const Error kWrong{Code::kUnauthenticated, "wrong token"};

struct LedgerTest : testing::Test {
  SteadyTime now{1h};
  StoreLedger ledger{{.per_second = 10, .burst = 20}, now};

  void answer(const Error* error = nullptr) { ledger.answered(error, now); }
  // Of so many passes, how many ask.
  int calls(int passes) {
    int asked = 0;
    for (int i = 0; i < passes; ++i) {
      if (ledger.pause(now, true) > Duration::zero() || ledger.next(now) != Next::kAsk) continue;
      ++asked;
      answer();
    }
    return asked;
  }
};

TEST_F(LedgerTest, GivesAStoreItsBurstAndThenSoManyCallsASecond) {
  EXPECT_EQ(calls(1000), 20);
  now += 1s;
  EXPECT_EQ(calls(1000), 10);
  now += 1h;
  EXPECT_EQ(calls(1000), 20) << "what was not used does not add up";
}

TEST_F(LedgerTest, LetsAPassThatHasBegunTakeMoreAndTheNextOneWait) {
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(ledger.next(now), Next::kAsk);
    answer();
  }
  EXPECT_GT(ledger.pause(now, true), 2s);
  EXPECT_LT(ledger.pause(now, true), 2200ms);
  now += 2200ms;
  EXPECT_EQ(ledger.pause(now, true), 0s);
}

TEST_F(LedgerTest, CountsTheCallsThatWereMadeOfAReadAndNotTheRead) {
  const auto read = [this](int calls) {
    EXPECT_EQ(ledger.next(now), Next::kAsk);
    ledger.made(calls, now);
    answer();
  };
  read(1);
  for (int i = 0; i < 19; ++i) read(0);
  EXPECT_EQ(ledger.tokens(now), 19) << "twenty values in one call";
  read(5);
  EXPECT_EQ(ledger.tokens(now), 14) << "five pages of a search";
  now += 1h;
  read(0);
  EXPECT_EQ(ledger.tokens(now), 20) << "no more than the bucket holds";
}

TEST_F(LedgerTest, KeepsATenthOfTheBucketForWhatSomebodyWaitsFor) {
  int background = 0;
  for (; ledger.pause(now) == Duration::zero(); ++background) {
    ASSERT_EQ(ledger.next(now), Next::kAsk);
    answer();
  }
  EXPECT_EQ(background, 18);
  EXPECT_EQ(ledger.pause(now, true), 0s);
  EXPECT_EQ(calls(1000), 2);
}

TEST_F(LedgerTest, HasNoBoundWhereNoneIsWanted) {
  StoreLedger open({.per_second = 0, .burst = 0}, now);
  for (int i = 0; i < 1000; ++i) open.ask_anyway(now);
  EXPECT_EQ(open.pause(now), 0s);
}

struct PauseCase {
  Error error;
  Duration pause;
};

TEST_F(LedgerTest, HonoursWhatTheStoreAsksFor) {
  for (const PauseCase& c :
       {PauseCase{{Code::kThrottled, "slow down", 30s}, 30s}, PauseCase{{Code::kThrottled, "slow down"}, 1s},
        PauseCase{{Code::kThrottled, "slow down", 0ms}, 1s}, PauseCase{{Code::kUnavailable, "maintenance", 120s}, 120s},
        PauseCase{{Code::kUnavailable, "down"}, 0s}, PauseCase{{Code::kDenied, "not this one"}, 0s}}) {
    StoreLedger fresh({.per_second = 10, .burst = 20}, now);
    ASSERT_EQ(fresh.next(now), Next::kAsk);
    fresh.answered(&c.error, now);
    EXPECT_EQ(fresh.pause(now), c.pause) << c.error.message;
    EXPECT_EQ(fresh.pause(now + c.pause), 0s);
  }
}

TEST_F(LedgerTest, HalvesTheBudgetOfAStoreThatThrottlesForAMinute) {
  const Error slow{Code::kThrottled, "slow down"};
  ledger.next(now);
  answer(&slow);
  calls(1000);
  now += 2s;
  calls(1000);  // what was left is gone
  now += 1s;
  EXPECT_EQ(calls(1000), 5);
  now += 60s;
  calls(1000);
  now += 1s;
  EXPECT_EQ(calls(1000), 10);
}

TEST_F(LedgerTest, ShowsCredentialsOnceUntilItIsKnownWhetherTheyAreGood) {
  EXPECT_EQ(ledger.next(now), Next::kAsk);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(ledger.next(now), Next::kWait);
  answer();
  EXPECT_EQ(ledger.next(now), Next::kAsk);
  EXPECT_EQ(ledger.next(now), Next::kAsk) << "known to be good: side by side";
}

TEST_F(LedgerTest, ShowsWrongCredentialsOnceAMinuteHoweverManyWantTo) {
  int asked = 0;
  for (int second = 0; second < 600; ++second, now += 1s) {
    for (int object = 0; object < 1000; ++object) {
      if (ledger.next(now) != Next::kAsk) continue;
      ++asked;
      answer(&kWrong);
    }
    EXPECT_EQ(ledger.refusal().message, "wrong token");
  }
  EXPECT_EQ(asked, 10);
}

TEST_F(LedgerTest, TriesRefusedCredentialsForAPersonAndWhenTheStoreIsFoundUsable) {
  ledger.next(now);
  answer(&kWrong);
  ledger.ask_anyway(now);
  answer();
  EXPECT_EQ(ledger.next(now), Next::kAsk) << "they are good now";
  answer(&kWrong);
  EXPECT_EQ(ledger.next(now), Next::kRefused);
  ledger.forget_refusal(now);
  EXPECT_EQ(ledger.next(now), Next::kAsk);
  ledger.answered(&kWrong, now + 1s, 2s);
  EXPECT_EQ(ledger.next(now + 1s), Next::kAsk) << "it was asked with what was wrong before";
}

TEST_F(LedgerTest, TestsAgainWhenATestEndedWithoutAnAnswer) {
  ledger.next(now);
  EXPECT_EQ(ledger.next(now), Next::kWait);
  ledger.abandoned();
  EXPECT_EQ(ledger.next(now), Next::kAsk);
}

TEST_F(LedgerTest, LetsOneMoreTryWhenTheFirstCallHangsAndAllOnceOneIsAnswered) {
  ledger.next(now);
  now += 1999ms;
  EXPECT_EQ(ledger.next(now), Next::kWait);
  now = ledger.next_test();
  EXPECT_EQ(ledger.next(now), Next::kAsk);
  EXPECT_EQ(ledger.next(now), Next::kWait) << "one at a time";
  answer();
  EXPECT_EQ(ledger.next(now), Next::kAsk);
  EXPECT_EQ(ledger.next(now), Next::kAsk);
}

struct SlowCase {
  std::vector<Duration> answers;
  bool slow;
};

TEST_F(LedgerTest, CallsAStoreSlowThatTakesSecondsOverItsAnswers) {
  for (const SlowCase& c :
       {SlowCase{{}, true}, SlowCase{{50ms}, false}, SlowCase{{5s}, true}, SlowCase{{50ms, 50ms, 2s}, false},
        SlowCase{{50ms, 2s, 3s, 3s, 3s}, true}, SlowCase{{5s, 50ms, 50ms, 50ms, 50ms, 50ms, 50ms, 50ms}, false}}) {
    StoreLedger fresh({.per_second = 10, .burst = 20}, now);
    for (const Duration took : c.answers) {
      fresh.ask_anyway(now);
      fresh.answered(nullptr, now, took);
    }
    EXPECT_EQ(fresh.slow(now), c.slow) << c.answers.size();
  }
}

TEST_F(LedgerTest, CallsAStoreSlowThatTimesOutOrOwesAnswersForSeconds) {
  ledger.ask_anyway(now);
  ledger.answered(nullptr, now, 50ms);
  now += 1h;
  ledger.ask_anyway(now);
  EXPECT_FALSE(ledger.slow(now + 2s));
  EXPECT_TRUE(ledger.slow(now + 3s));
  ledger.answered(nullptr, now + 3s, 3s);
  EXPECT_FALSE(ledger.slow(now + 1h)) << "it owes nothing";
  const Error late{Code::kTimeout, "no answer"};
  ledger.ask_anyway(now);
  ledger.answered(&late, now, 1s);
  EXPECT_TRUE(ledger.slow(now));
}

TEST_F(LedgerTest, PartsOfABudgetAreTogetherTheWholeAndNoneIsNothing) {
  for (const int per_second : {1, 2, 7, 200}) {
    const CallBudget whole = CallBudget::of(per_second);
    for (const int replicas : {1, 2, 3, 7, 60}) {
      const CallBudget part = whole.among(replicas);
      EXPECT_GT(part.per_second, 0);
      EXPECT_GT(part.burst, 0);
      EXPECT_LE(part.per_second * replicas, whole.per_second + 1e-9) << per_second << " among " << replicas;
      EXPECT_LE(part.burst * replicas, whole.burst + 1e-9) << per_second << " among " << replicas;
    }
  }
}

// Together they may ask once a second; each of sixty once a minute.
TEST_F(LedgerTest, APartOfLessThanACallLetsOneOutWhenItIsFull) {
  StoreLedger mine{CallBudget::of(1), now, 60};
  int calls = 0;
  for (int second = 0; second < 600; ++second) {
    now += 1s;
    if (mine.pause(now) > Duration::zero()) continue;
    mine.ask_anyway(now);
    ++calls;
  }
  EXPECT_GE(calls, 9);
  EXPECT_LE(calls, 11);
}

TEST_F(LedgerTest, IsDividedAmongReplicasAndLeavesEachEnoughToBegin) {
  for (const int per_second : {1, 2, 200}) {
    for (const int replicas : {1, 2, 3, 60}) {
      StoreLedger mine{CallBudget::of(per_second), now, replicas};
      for (int i = 0; i < 500; ++i) mine.ask_anyway(now);
      EXPECT_GT(mine.pause(now), Duration::zero());
      const SteadyTime later = now + 24h;
      EXPECT_EQ(mine.pause(later, false), Duration::zero()) << per_second << " among " << replicas;
      EXPECT_EQ(mine.pause(later, true), Duration::zero()) << per_second << " among " << replicas;
    }
  }
  StoreLedger mine{{.per_second = 10, .burst = 20}, now};
  mine.divide(2, now);
  EXPECT_EQ(mine.burst(), 10);
  mine.divide(1, now);
  EXPECT_EQ(mine.burst(), 20);
  EXPECT_EQ(CallBudget::of(0).among(3).burst, 0) << "without a bound there is none for a part either";
}

TEST_F(LedgerTest, TakesADeniedSecretForNoWordAboutTheCredentials) {
  const Error denied{Code::kDenied, "not this one"};
  ledger.next(now);
  answer(&denied);
  EXPECT_EQ(ledger.next(now), Next::kAsk);
}

}  // namespace
}  // namespace rotor::secrets
