// The limiter's books over whole stories: storms, canaries, failures, restarts of the operator.
#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openclaw/rollout/books.hpp"

namespace rotor::openclaw {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Consumer = RolloutBooks::Consumer;

kube::Key agent(int n, const std::string& ns = "ns") { return {ns, "agent-" + std::to_string(1000 + n)}; }

// So many instances that all consume the Secret "keys".
struct Fleet {
  int size = 0;
  RolloutLimits limits{.at_once = 10, .canaries = 5};
  std::map<kube::Key, std::string> runs{};  // instance -> content of the Secret it was started with
  std::set<kube::Key> ready{};              // of these
  std::map<kube::Key, SteadyTime> since{};  // when they began
  SecretContent now{.content = "c1", .version = "1"};
  SteadyTime time{1h};
  RolloutBooks books = open();

  explicit Fleet(int n, RolloutLimits l = {.at_once = 10, .canaries = 5}) : size(n), limits(l) {}

  RolloutBooks open() {
    return RolloutBooks(limits, {.sharing = [this](const kube::Key&) { return size; },
                                 .consumers =
                                     [this](const kube::Key&) {
                                       std::vector<kube::Key> all;
                                       for (int i = 0; i < size; ++i) all.push_back(agent(i));
                                       return all;
                                     },
                                 .stand = [this](const kube::Key& instance, const kube::Key&,
                                                 const std::string& content) { return stand(instance, content); },
                                 .lately =
                                     [this](const kube::Key& instance, const kube::Key&) {
                                       const auto began = since.find(instance);
                                       return began != since.end() && time - began->second < limits.deadline;
                                     }});
  }
  Consumer stand(const kube::Key& instance, const std::string& content) {
    const auto has = runs.find(instance);
    if (has == runs.end() || has->second != content) return Consumer::kOther;
    return ready.contains(instance) ? Consumer::kGood : Consumer::kUnderWay;
  }
  Permit ask(const kube::Key& instance, bool immediate = false) {
    return books.ask({.instance = instance, .secrets = {{"keys", now}}, .immediate = immediate}, time);
  }
  bool goes(const kube::Key& instance) {
    const Permit permit = ask(instance);
    if (permit.goes()) write(instance);
    return permit.goes();
  }
  void write(const kube::Key& instance) {
    runs[instance] = now.content;
    ready.erase(instance);
    since[instance] = time;
    books.written(instance, time);
  }
  void becomes_ready(const kube::Key& instance) {
    ready.insert(instance);
    books.rolled_out(instance);
  }
  std::string reason(const kube::Key& instance) { return ask(instance).reason; }
};

TEST(RolloutBooks, B279W13AStormOfTwoHundredNeverExceedsTheLimitAndEverybodyHasATurn) {
  Fleet fleet(200);
  std::mt19937 random(7);
  std::vector<kube::Key> asks, restarting;
  for (int i = 0; i < fleet.size; ++i) asks.push_back(agent(i));
  std::ranges::shuffle(asks, random);
  std::size_t most = 0, done = 0;
  for (int rounds = 0; done < 200 && rounds < 10'000; ++rounds) {
    for (const kube::Key& key : std::exchange(asks, {})) {
      if (fleet.goes(key)) restarting.push_back(key);
    }
    most = std::max(most, restarting.size());
    ASSERT_LE(restarting.size(), 10U);
    ASSERT_EQ(restarting.size(), fleet.books.in_progress());
    ASSERT_FALSE(restarting.empty());
    std::ranges::shuffle(restarting, random);
    fleet.becomes_ready(restarting.back());
    restarting.pop_back();
    ++done;
    asks = fleet.books.take_woken();
  }
  EXPECT_EQ(done, 200U);
  EXPECT_EQ(most, 10U);
  EXPECT_EQ(fleet.books.queued(), 0U);
}

TEST(RolloutBooks, CanariesGoAloneUntilAllOfThemAreGood) {
  Fleet fleet(30);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(fleet.goes(agent(i)));
  EXPECT_EQ(fleet.reason(agent(5)), "CanariesFirst");
  for (int i = 0; i < 4; ++i) fleet.becomes_ready(agent(i));
  EXPECT_THAT(fleet.books.take_woken(), IsEmpty());
  EXPECT_EQ(fleet.reason(agent(5)), "CanariesFirst");
  fleet.becomes_ready(agent(4));
  EXPECT_THAT(fleet.books.take_woken(), ElementsAre(agent(5)));
  EXPECT_TRUE(fleet.goes(agent(5)));
  EXPECT_TRUE(fleet.goes(agent(6)));
}

TEST(RolloutBooks, W13ABadValueStopsAfterTheCanariesWhenOneIsNotReadyInTime) {
  Fleet fleet(30);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(fleet.goes(agent(i)));
  for (int i = 0; i < 4; ++i) fleet.becomes_ready(agent(i));
  for (int i = 5; i < 30; ++i) EXPECT_FALSE(fleet.goes(agent(i)));
  fleet.time += 9min + 59s;
  EXPECT_THAT(fleet.books.expire(fleet.time), IsEmpty());
  fleet.time += 1s;
  const auto failures = fleet.books.expire(fleet.time);
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].instance, agent(4));
  EXPECT_THAT(failures[0].why, HasSubstr("within 10m0s"));
  EXPECT_THAT(failures[0].secrets, ElementsAre("keys"));
  EXPECT_TRUE(failures[0].ends_restart);
  const auto told = fleet.books.take_woken();
  EXPECT_EQ(told.size(), 25U);
  for (const kube::Key& instance : told) EXPECT_EQ(fleet.reason(instance), "SecretRolloutPaused");
  EXPECT_THAT(fleet.books.stopped(), ElementsAre(kube::Key{"ns", "keys"}));
  EXPECT_EQ(fleet.books.in_progress(), 0U);
}

TEST(RolloutBooks, AStoppedRolloutGoesOnWithTheNextValueWithTheFailedOneReadyOrByOrder) {
  const auto stopped = [] {
    auto fleet = std::make_unique<Fleet>(30);
    for (int i = 0; i < 5; ++i) fleet->goes(agent(i));
    for (int i = 0; i < 4; ++i) fleet->becomes_ready(agent(i));
    fleet->time += 10min;
    fleet->books.expire(fleet->time);
    EXPECT_EQ(fleet->reason(agent(9)), "SecretRolloutPaused");
    return fleet;
  };
  const auto next = stopped();
  next->now = {.content = "c2", .version = "2"};
  EXPECT_TRUE(next->goes(agent(9)));
  EXPECT_THAT(next->books.stopped(), IsEmpty());

  const auto late = stopped();
  late->becomes_ready(agent(4));
  EXPECT_TRUE(late->goes(agent(9)));

  const auto order = stopped();
  EXPECT_TRUE(order->ask(agent(9), true).goes());
  EXPECT_EQ(order->reason(agent(10)), "SecretRolloutPaused");
}

TEST(RolloutBooks, OneThatWasTakenBackToAnotherValueIsNoProofOfTheNewOne) {
  Fleet fleet(30);
  for (int i = 0; i < 5; ++i) fleet.goes(agent(i));
  for (int i = 0; i < 4; ++i) fleet.becomes_ready(agent(i));
  fleet.runs[agent(4)] = "c0";
  fleet.becomes_ready(agent(4));
  EXPECT_TRUE(fleet.goes(agent(5)));  // another canary in its place
  EXPECT_EQ(fleet.reason(agent(6)), "CanariesFirst");
}

// Five canaries that are good, and the third of them told to have failed.
std::unique_ptr<Fleet> told_of(Duration later = 1min) {
  auto fleet = std::make_unique<Fleet>(30);
  for (int i = 0; i < 5; ++i) fleet->goes(agent(i));
  for (int i = 0; i < 5; ++i) fleet->becomes_ready(agent(i));
  fleet->time += later;
  fleet->books.failed(agent(2), "exits with 78", true);
  return fleet;
}

TEST(RolloutBooks, OneThatIsToldToHaveFailedStopsTheRestAtOnce) {
  const auto fleet = told_of();
  EXPECT_THAT(fleet->books.stopped(), ElementsAre(kube::Key{"ns", "keys"}));
  EXPECT_EQ(fleet->reason(agent(9)), "SecretRolloutPaused");
  fleet->becomes_ready(agent(2));
  EXPECT_EQ(fleet->reason(agent(9)), "SecretRolloutPaused") << "said of the pod before it failed";
}

TEST(RolloutBooks, WhenOneThatWasToldToHaveFailedIsWellTheOthersFollow) {
  const auto fleet = told_of();
  EXPECT_EQ(fleet->reason(agent(9)), "SecretRolloutPaused");
  fleet->books.take_woken();
  fleet->books.not_ready(agent(2));
  EXPECT_EQ(fleet->reason(agent(9)), "SecretRolloutPaused");
  fleet->becomes_ready(agent(2));
  EXPECT_THAT(fleet->books.take_woken(), ElementsAre(agent(9)));
  EXPECT_TRUE(fleet->goes(agent(9)));
}

TEST(RolloutBooks, WhatEndsLongAfterItsRestartSaysNothingOfTheSecret) {
  const auto fleet = told_of(10min);
  EXPECT_THAT(fleet->books.stopped(), IsEmpty());
  EXPECT_TRUE(fleet->goes(agent(9)));
}

TEST(RolloutBooks, OneThatFailedAndIsDeletedHoldsNobodyBack) {
  const auto told = told_of();
  EXPECT_EQ(told->reason(agent(9)), "SecretRolloutPaused");
  told->books.gone(agent(2));
  EXPECT_THAT(told->books.stopped(), IsEmpty());
  EXPECT_TRUE(told->goes(agent(9)));

  Fleet late(30);
  for (int i = 0; i < 5; ++i) late.goes(agent(i));
  late.time += 10min;
  late.books.expire(late.time);
  EXPECT_EQ(late.reason(agent(9)), "SecretRolloutPaused");
  for (int i = 0; i < 5; ++i) late.books.gone(agent(i));
  EXPECT_TRUE(late.goes(agent(9)));
}

// A fleet whose first canary has a proof that refuses the value.
std::unique_ptr<Fleet> with_a_refusal() {
  auto fleet = std::make_unique<Fleet>(30);
  EXPECT_TRUE(fleet->ask(agent(0)).goes());
  const auto failure =
      fleet->books.refused({.instance = agent(0), .secrets = {{"keys", fleet->now}}}, "failed its proof");
  EXPECT_THAT(failure.secrets, ElementsAre("keys"));
  EXPECT_EQ(fleet->books.in_progress(), 0U);
  return fleet;
}

TEST(RolloutBooks, AValueThatACanarysProofRefusesIsTriedByNobodyElse) {
  const auto fleet = with_a_refusal();
  for (int i = 1; i < 30; ++i) EXPECT_EQ(fleet->reason(agent(i)), "SecretRolloutPaused");
  EXPECT_THAT(fleet->ask(agent(1)).message, HasSubstr("\"agent-1000\" failed its proof"));
  EXPECT_TRUE(fleet->ask(agent(0)).goes()) << "it says again why it waits, or is proven after all";
  const auto again =
      fleet->books.refused({.instance = agent(0), .secrets = {{"keys", fleet->now}}}, "failed its proof");
  EXPECT_THAT(again.secrets, IsEmpty()) << "told once";
  EXPECT_TRUE(fleet->ask(agent(7), true).goes()) << "by order";
}

TEST(RolloutBooks, ARefusalEndsWithANewValueAGoodProofOrItsInstance) {
  const auto next = with_a_refusal();
  next->now = {.content = "c2", .version = "2"};
  EXPECT_TRUE(next->goes(agent(1)));

  const auto proven = with_a_refusal();
  EXPECT_EQ(proven->reason(agent(1)), "SecretRolloutPaused");
  EXPECT_TRUE(proven->goes(agent(0)));
  EXPECT_TRUE(proven->goes(agent(1)));

  const auto elsewhere = with_a_refusal();
  elsewhere->books.withdrawn(agent(0));
  EXPECT_TRUE(elsewhere->goes(agent(1)));

  const auto deleted = with_a_refusal();
  deleted->books.gone(agent(0));
  EXPECT_TRUE(deleted->goes(agent(1)));
}

TEST(RolloutBooks, ARefusalAfterGoodCanariesIsThatInstancesOwnAffair) {
  Fleet fleet(30);
  for (int i = 0; i < 5; ++i) fleet.goes(agent(i));
  for (int i = 0; i < 5; ++i) fleet.becomes_ready(agent(i));
  EXPECT_TRUE(fleet.ask(agent(5)).goes());
  EXPECT_THAT(fleet.books.refused({.instance = agent(5), .secrets = {{"keys", fleet.now}}}, "failed its proof").secrets,
              IsEmpty());
  EXPECT_TRUE(fleet.goes(agent(6)));
}

TEST(RolloutBooks, AnOldSightOfASecretDoesNotBringItsOldRolloutBack) {
  Fleet fleet(30);
  fleet.now = {.content = "c2", .version = "12"};
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(fleet.goes(agent(i)));
  fleet.now = {.content = "c1", .version = "9"};
  EXPECT_EQ(fleet.reason(agent(6)), "CanariesFirst");
  fleet.now = {.content = "c2", .version = "12"};
  EXPECT_EQ(fleet.reason(agent(7)), "CanariesFirst");
}

TEST(RolloutBooks, ALabelOfTheSecretBeginsNoNewRollout) {
  Fleet fleet(30);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(fleet.goes(agent(i)));
  fleet.now.version = "2";
  EXPECT_EQ(fleet.reason(agent(6)), "CanariesFirst");
}

TEST(RolloutBooks, ARestartOfASecretThatNobodySharesFailsAsWell) {
  Fleet fleet(1);
  EXPECT_TRUE(fleet.goes(agent(0)));
  fleet.time += 10min;
  const auto failures = fleet.books.expire(fleet.time);
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_TRUE(failures[0].ends_restart);
  EXPECT_THAT(failures[0].secrets, IsEmpty()) << "there is no rollout that could stop";
}

TEST(RolloutBooks, ARestartThatWasNeverWrittenDoesNotFail) {
  Fleet fleet(1);
  EXPECT_TRUE(fleet.ask(agent(0)).goes());
  fleet.time += 10min;
  for (const auto& failure : fleet.books.expire(fleet.time)) EXPECT_FALSE(failure.ends_restart);
}

TEST(RolloutBooks, AnotherOperatorProcessFindsSlotsCanariesAndThoseThatAreGood) {
  Fleet fleet(30);
  for (int i = 0; i < 3; ++i) fleet.goes(agent(i));
  fleet.becomes_ready(agent(0));
  fleet.books = fleet.open();
  fleet.books.found(agent(1), fleet.time - 2min);
  fleet.books.found(agent(2), fleet.time - 2min);
  EXPECT_EQ(fleet.books.in_progress(), 2U);
  EXPECT_TRUE(fleet.goes(agent(3)));
  EXPECT_TRUE(fleet.goes(agent(4)));
  EXPECT_EQ(fleet.reason(agent(5)), "CanariesFirst");
  fleet.time += 8min;
  EXPECT_EQ(fleet.books.expire(fleet.time).size(), 2U);  // the deadline runs from when they really began
}

// Not every restart that is not made is called off: another Secret may be missing for a moment.
TEST(RolloutBooks, AStopStandsWhileWhoFoundItOutIsHeldByItself) {
  const auto fleet = with_a_refusal();
  fleet->books.held(agent(0));
  EXPECT_EQ(fleet->reason(agent(1)), "SecretRolloutPaused");
  fleet->books.withdrawn(agent(0));
  EXPECT_TRUE(fleet->ask(agent(1)).goes());
}

TEST(RolloutBooks, WhoWantsItNowStandsBeforeTheOthersInLine) {
  Fleet fleet(4, {.at_once = 1, .canaries = 5});
  EXPECT_TRUE(fleet.goes(agent(0)));
  EXPECT_EQ(fleet.reason(agent(1)), "RolloutLimit");
  EXPECT_EQ(fleet.ask(agent(2), true).reason, "RolloutLimit");
  fleet.becomes_ready(agent(0));
  EXPECT_THAT(fleet.books.take_woken(), ElementsAre(agent(2)));
}

TEST(RolloutBooks, ASlotThatIsHandedOutIsNobodyElses) {
  Fleet fleet(4, {.at_once = 1, .canaries = 5});
  EXPECT_TRUE(fleet.goes(agent(0)));
  EXPECT_EQ(fleet.reason(agent(1)), "RolloutLimit");
  fleet.becomes_ready(agent(0));
  EXPECT_EQ(fleet.reason(agent(2)), "RolloutLimit");
  EXPECT_TRUE(fleet.goes(agent(1)));
}

TEST(RolloutBooks, ARestartThatIsCalledOffFreesItsPlaceUnlessPodsRestartAlready) {
  Fleet fleet(4, {.at_once = 1, .canaries = 5});
  EXPECT_TRUE(fleet.ask(agent(0)).goes());
  EXPECT_EQ(fleet.reason(agent(1)), "RolloutLimit");
  fleet.books.withdrawn(agent(0));
  EXPECT_THAT(fleet.books.take_woken(), ElementsAre(agent(1)));
  fleet.write(agent(1));
  fleet.books.withdrawn(agent(1));
  EXPECT_EQ(fleet.books.in_progress(), 1U);
}

TEST(RolloutBooks, OneThatIsDeletedWhileItRestartsFreesItsPlaceAndAnotherIsCanary) {
  Fleet fleet(30);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(fleet.goes(agent(i)));
  EXPECT_EQ(fleet.reason(agent(5)), "CanariesFirst");
  fleet.books.gone(agent(0));
  EXPECT_EQ(fleet.books.in_progress(), 5U);
  EXPECT_THAT(fleet.books.take_woken(), ElementsAre(agent(5)));
  EXPECT_THAT(fleet.books.stopped(), IsEmpty());
}

TEST(RolloutBooks, AnotherValueDuringARestartKeepsTheSlotAndStartsItsDeadlineAnew) {
  Fleet fleet(4, {.at_once = 1, .canaries = 5});
  EXPECT_TRUE(fleet.goes(agent(0)));
  fleet.time += 6min;
  fleet.now = {.content = "c2", .version = "2"};
  EXPECT_TRUE(fleet.ask(agent(0)).goes());
  fleet.books.rolled_out(agent(0));  // of the value before: this restart has not begun
  EXPECT_EQ(fleet.books.in_progress(), 1U);
  fleet.write(agent(0));
  fleet.time += 6min;
  fleet.books.expire(fleet.time);
  EXPECT_EQ(fleet.books.in_progress(), 1U);
}

TEST(RolloutBooks, ALimitOfANamespaceHoldsNobodyElse) {
  Fleet fleet(2, {.at_once = 10, .at_once_in_namespace = 1});
  const auto ask = [&](const kube::Key& key) { return fleet.books.ask({.instance = key}, fleet.time).reason; };
  EXPECT_EQ(ask(agent(0, "a")), "");
  EXPECT_EQ(ask(agent(1, "a")), "RolloutLimit");
  EXPECT_EQ(ask(agent(1, "b")), "");
  fleet.books.withdrawn(agent(0, "a"));
  EXPECT_THAT(fleet.books.take_woken(), ElementsAre(agent(1, "a")));
}

TEST(RolloutBooks, WhereNoPodRunsNothingIsCounted) {
  Fleet fleet(2, {.at_once = 1});
  EXPECT_TRUE(fleet.books.ask({.instance = agent(0), .starts_pods = false}, fleet.time).goes());
  EXPECT_EQ(fleet.books.in_progress(), 0U);
}

}  // namespace
}  // namespace rotor::openclaw
