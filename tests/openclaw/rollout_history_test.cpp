// What a StatefulSet remembers of the restarts that Rotor began.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openclaw/rollout/history.hpp"
#include "openclaw/rotation_permit.hpp"

namespace rotor::openclaw {
namespace {

constexpr WallTime kNow{std::chrono::seconds(1767323045)};

RotationWish wish() {
  RotationWish out;
  out.changed.emplace("keys", "0e2faa4b-26431da7644ba139ce76c11f76e0356d");
  out.contents.emplace("keys", SecretContent{"c", "41"});
  out.store_versions["keys"] = {{"A", "7"}};
  out.references["keys"].keys = {{"A", true}, {"B", false}};
  return out;
}

TEST(History, TellsSecretKeysDigestVersionAndTime) {
  const PastRestart restart = past_restart(wish(), kNow);
  EXPECT_EQ(restart.at, "2026-01-02T03:04:05Z");
  const PastSecret& keys = restart.secrets.at("keys");
  EXPECT_THAT(keys.keys, testing::ElementsAre("A", "B"));
  EXPECT_FALSE(keys.every_key);
  EXPECT_EQ(keys.digest, "26431da7");
  EXPECT_EQ(keys.version, "41");
  EXPECT_EQ(keys.store_versions.at("A"), "7");
}

TEST(History, OfASecretThatIsConsumedWholeSaysSo) {
  RotationWish whole = wish();
  whole.references["keys"] = {};
  whole.references["keys"].prefixes.insert("");
  EXPECT_TRUE(past_restart(whole, kNow).secrets.at("keys").every_key);
}

TEST(History, SaysOfTheOneBeforeHowItEnded) {
  History history = with_restart({}, past_restart(wish(), kNow), false);
  EXPECT_EQ(history.restarts[0].result, "");
  history = with_restart(history, past_restart(wish(), kNow), true);
  EXPECT_EQ(history.restarts[0].result, "completed");
  history = with_restart(history, past_restart(wish(), kNow), false);
  EXPECT_EQ(history.restarts[0].result, "completed");
  EXPECT_EQ(history.restarts[1].result, "replaced");
}

LastGood refusing(const std::string& digest) {
  LastGood out;
  out.secrets["keys"] = {.copy = "agent-last-good-1", .digest = "0e2faa4b-aaaaaaaa00", .refused = digest};
  out.why = "it broke";
  return out;
}

PastRestart restart_of(const std::string& secret, const std::string& digest, const std::string& result = "") {
  PastRestart out;
  out.result = result;
  out.secrets[secret].digest = digest;
  out.secrets[secret].version = "41";
  out.secrets[secret].store_versions = {{"A", "v-" + digest}};
  return out;
}

struct RefusalCase {
  std::string name;
  std::vector<PastRestart> before;
  std::vector<std::string> results;
};
class Refusal : public testing::TestWithParam<RefusalCase> {};
TEST_P(Refusal, IsPutDownToTheRestartsThatBroughtTheValue) {
  History history{GetParam().before};
  history = with_refusals(std::move(history), refusing("0e2faa4b-bbbbbbbb11"), {"keys"});
  std::vector<std::string> results;
  for (const PastRestart& restart : history.restarts) {
    results.push_back(restart.result);
    EXPECT_EQ(restart.why, restart.result == kRolledBackResult ? "it broke" : "");
  }
  EXPECT_EQ(results, GetParam().results);
}
const RefusalCase kRefusals[] = {
    {"TheNewest", {restart_of("keys", "bbbbbbbb")}, {"rolled back"}},
    {"OneInPlace", {restart_of("keys", "bbbbbbbb", "in place")}, {"rolled back"}},
    {"NoneOfAnotherSecret", {restart_of("other", "bbbbbbbb")}, {""}},
    {"NoneOfAnotherValue", {restart_of("keys", "cccccccc")}, {""}},
    {"OneThatAnotherReplaced",
     {restart_of("keys", "bbbbbbbb", "replaced"), restart_of("other", "dddddddd")},
     {"rolled back", ""}},
    {"NoneThatWentWell",
     {restart_of("keys", "bbbbbbbb", "completed"), restart_of("keys", "cccccccc", "completed"),
      restart_of("keys", "bbbbbbbb")},
     {"completed", "completed", "rolled back"}},
    {"NoneWithoutAny", {}, {}},
};
INSTANTIATE_TEST_SUITE_P(All, Refusal, testing::ValuesIn(kRefusals), [](const auto& i) { return i.param.name; });

TEST(History, OfTheWayBackNamesTheCopyAndWhatTheStoreCalledItsValue) {
  const History history{{restart_of("keys", "aaaaaaaa", "completed"), restart_of("keys", "bbbbbbbb")}};
  PastRestart back = restart_of("keys", "aaaaaaaa");
  back.secrets["keys"].store_versions = {{"A", "of the Secret"}};
  back.secrets["other"].version = "7";
  back = to_copies(std::move(back), refusing("0e2faa4b-bbbbbbbb11"), {"keys"}, history);
  EXPECT_EQ(back.secrets["keys"].copy, "agent-last-good-1");
  EXPECT_EQ(back.secrets["keys"].version, "");
  EXPECT_EQ(back.secrets["keys"].store_versions.at("A"), "v-aaaaaaaa");
  EXPECT_EQ(back.secrets["other"].version, "7") << "another Secret that changed meanwhile";
  EXPECT_TRUE(back.goes_back());
  EXPECT_EQ(result_so_far(back, false), "going back");
  EXPECT_EQ(with_restart(with_restart({}, back, true), restart_of("keys", "cccccccc"), true).restarts[0].result,
            "went back");
}

TEST(History, OfTheWayBackKnowsNoVersionOfAValueThatIsNotOnRecord) {
  const PastRestart back =
      to_copies(restart_of("keys", "aaaaaaaa"), refusing("0e2faa4b-bbbbbbbb11"), {"keys"}, History{});
  EXPECT_TRUE(back.secrets.at("keys").store_versions.empty());
}

RestartFailure failure_of(const PastRestart& restart) { return {identity_of(restart), "exits with 78", {"keys"}}; }

TEST(History, SaysWhyTheNewestFailedAndAtWhichSecretsTheRolloutStopped) {
  const History open{{restart_of("keys", "aaaaaaaa"), restart_of("keys", "bbbbbbbb")}};
  const History history = with_failure(open, failure_of(open.restarts[1]));
  EXPECT_EQ(history.restarts[0], open.restarts[0]);
  const PastRestart& newest = history.restarts[1];
  EXPECT_EQ(newest.result, "failed");
  EXPECT_EQ(newest.why, "exits with 78");
  EXPECT_THAT(newest.stopped, testing::ElementsAre("keys"));
  EXPECT_EQ(parse_history(history_text(history)), history);
  EXPECT_EQ(identity_of(newest), identity_of(open.restarts[1]));
}

TEST(History, SaysOfOneThatFailedWhetherItCameAfterAll) {
  const History open{{restart_of("keys", "aaaaaaaa")}};
  const History failed = with_failure(open, failure_of(open.restarts[0]));
  EXPECT_EQ(result_so_far(failed.restarts[0], false), "failed");
  EXPECT_EQ(result_so_far(failed.restarts[0], true), "completed late");
  EXPECT_EQ(with_restart(failed, restart_of("keys", "bbbbbbbb"), false).restarts[0].result, "failed");
  EXPECT_EQ(with_restart(failed, restart_of("keys", "bbbbbbbb"), true).restarts[0].result, "completed late");
}

TEST(History, TakesAFailureForNoOtherRestartAndForNoneThatHasEnded) {
  const History open{{restart_of("keys", "aaaaaaaa"), restart_of("keys", "bbbbbbbb")}};
  EXPECT_EQ(with_failure(open, failure_of(open.restarts[0])), open);
  EXPECT_EQ(with_failure(History{}, failure_of(open.restarts[0])), History{});
  const History in_place{{restart_of("keys", "aaaaaaaa", std::string(kReloadedResult))}};
  EXPECT_EQ(with_failure(in_place, failure_of(in_place.restarts[0])), in_place);
}

TEST(History, OfOneThatFailedAndThenWentBackSaysThat) {
  const History open{{restart_of("keys", "bbbbbbbb")}};
  History history = with_failure(open, failure_of(open.restarts[0]));
  history = with_refusals(std::move(history), refusing("0e2faa4b-bbbbbbbb11"), {"keys"});
  EXPECT_EQ(history.restarts[0].result, kRolledBackResult);
  EXPECT_EQ(history.restarts[0].why, "it broke");
}

TEST(History, ReadsWhatItWroteAndNothingElse) {
  const History history = with_restart({}, past_restart(wish(), kNow), false);
  EXPECT_EQ(parse_history(history_text(history)), history);
  EXPECT_EQ(parse_history(""), History{});
  EXPECT_EQ(parse_history("not json"), History{});
  EXPECT_EQ(history_text({}), "");
}

TEST(History, KeepsTheNewestTenInSixteenKiB) {
  History history;
  for (int i = 0; i < 25; ++i) {
    history = with_restart(std::move(history), past_restart(wish(), kNow + std::chrono::seconds(i)), true);
  }
  EXPECT_EQ(history.restarts.size(), 10U);
  EXPECT_EQ(history.restarts.back().at, "2026-01-02T03:04:29Z");

  RotationWish large = wish();
  for (int i = 0; i < 400; ++i) large.references["keys"].keys["KEY_" + std::to_string(i)] = true;
  for (int i = 0; i < 60; ++i) {
    large.changed["secret-" + std::to_string(i)] = "k-0123456789";
    large.references["secret-" + std::to_string(i)] = large.references["keys"];
  }
  for (int i = 0; i < 5; ++i) history = with_restart(std::move(history), past_restart(large, kNow), true);
  EXPECT_EQ(history.restarts.size(), 1U);  // one is kept, however large
  EXPECT_LT(history_text(history).size(), 64U * 1024);
}

}  // namespace
}  // namespace rotor::openclaw
