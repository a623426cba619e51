// When values are read again and what its status tells of that; on a clock that the test moves.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/time.hpp"
#include "tests/scenarios/secrets_clock.hpp"

namespace rotor::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr std::string_view kNotFetched = "False/SecretSyncedError/could not get secret data from provider";
constexpr std::string_view kNotWritten = "False/SecretSyncedError/could not update secret";
constexpr Duration kStride = 30s;

// One ExternalSecret "es", of one key; the store counts its reads.
class SecretsRefresh : public SecretsOnAClock {
 protected:
  void synced(std::string_view members) {
    world.create("ss", "store", R"({"spec":{"provider":{"double":{"k":"v"}}}})");
    begin();
    pass_until("the store", [this] { return world.ready("ss", "store") == "True/Valid/store validated"; });
    world.create("es", "es",
                 fmt::format(R"({{"spec":{{"secretStoreRef":{{"name":"store"}},{},
      "data":[{{"secretKey":"a","remoteRef":{{"key":"k"}}}}]}}}})",
                             members));
    until_ready("es", kSynced);
    pass(5s);
  }
  // Its moment within the interval goes by its store's id, another in each run: right after it nothing is due for a
  // whole interval. Reads are counted from here.
  void refreshed(Duration step) {
    const std::string earlier = refresh_time("es");
    pass_until("its moment within the interval", [&] { return refresh_time("es") != earlier; }, step);
    pass(5s);
    back_end->reads.clear();
  }
  std::size_t reads() const { return back_end->reads.size(); }
  void until_reads(std::size_t many) {
    pass_until(fmt::format("read {}", many), [&] { return reads() >= many; });
    pass(5s);
    EXPECT_EQ(reads(), many);
  }
  void wait(Duration time) { pass(time, kEverybodyAnswers, kStride); }
  void finalizers(std::string_view list) {
    world.merge("es", "es", fmt::format(R"({{"metadata":{{"finalizers":{}}}}})", list));
  }
  json::Value condition() { return json::find(world.get("es", "es"), "status.conditions")->as_array().at(0); }
  std::string transition() { return std::string(json::find_string(condition(), "lastTransitionTime")); }
  json::Object status_but_for(std::string_view field) {
    json::Object status = json::find(world.get("es", "es"), "status")->as_object();
    EXPECT_EQ(status.erase(field), 1U);
    return status;
  }
};

TEST_F(SecretsRefresh, NeedsNoCallBeforeItIsDue_Row26_Row33) {
  synced(R"("refreshInterval":"1h")");
  refreshed(kStride);
  const std::string last = refresh_time("es");
  const Duration ago = clock.now() - parse_time(last).value();
  wait(std::max<Duration>(10min - ago, kStride));
  finalizers(R"(["example.com/theirs"])");
  pass(5s);
  world.merge_status("es", "es", R"({"status":{"binding":{"name":"es"}}})");
  finalizers("null");
  pass(5s);
  EXPECT_EQ(reads(), 0U);
  EXPECT_EQ(refresh_time("es"), last);
  const Duration left = parse_time(last).value() + 1h - clock.now();
  wait(left - 1min);
  EXPECT_EQ(reads(), 0U);
  wait(2min);
  EXPECT_EQ(reads(), 1U);
}

TEST_F(SecretsRefresh, TakesAPlaceInTheFutureForNoRefresh_Row34) {
  synced(R"("refreshInterval":"720h")");  // nothing is due by time
  const std::string future = format_time(clock.now() + 2h);
  world.merge_status("es", "es", fmt::format(R"({{"status":{{"refreshTime":"{}"}}}})", future));
  ASSERT_EQ(refresh_time("es"), future);
  finalizers(R"(["example.com/theirs"])");  // an event: it is looked at
  until_reads(2);
  finalizers("null");
  EXPECT_LT(refresh_time("es"), future);
}

TEST_F(SecretsRefresh, OnChangeComesOfChangesAlone_Row35) {
  synced(R"("refreshInterval":"5m","refreshPolicy":"OnChange")");
  wait(1h);
  EXPECT_EQ(reads(), 1U);
  world.merge("es", "es", R"({"metadata":{"labels":{"l":"1"}}})");
  until_reads(2);
  world.merge("es", "es", R"({"spec":{"data":[{"secretKey":"b","remoteRef":{"key":"k"}}]}})");
  until_reads(3);
  EXPECT_EQ(world.value("es", "b"), "v");
}

TEST_F(SecretsRefresh, CreatedOnceComesOnce_Row36) {
  synced(R"("refreshInterval":"5m","refreshPolicy":"CreatedOnce")");
  wait(1h);
  world.merge("es", "es", R"({"metadata":{"labels":{"l":"1"}}})");
  world.merge("es", "es", R"({"spec":{"data":[{"secretKey":"b","remoteRef":{"key":"k"}}]}})");
  wait(10min);
  EXPECT_EQ(reads(), 1U);
  EXPECT_EQ(world.value("es", "a"), "v");
  EXPECT_EQ(world.value("es", "b"), "");
}

TEST_F(SecretsRefresh, AnotherSuccessTellsTheTimeAlone_Row43) {
  synced(R"("refreshInterval":"5m")");
  refreshed(5s);
  const std::string before = refresh_time("es");
  const json::Object rest = status_but_for("refreshTime");
  pass_until("a refresh", [&] { return refresh_time("es") != before; });
  EXPECT_EQ(reads(), 1U);
  EXPECT_EQ(status_but_for("refreshTime"), rest) << "the condition and its time included";
}

TEST_F(SecretsRefresh, ItsConditionTellsSinceWhenItIsSo_Row44_Row45) {
  synced(R"("refreshInterval":"1m")");
  const std::string good = transition();
  world.merge("es", "es", R"({"spec":{"data":[{"secretKey":"a","remoteRef":{"key":"none"}}]}})");
  until_ready("es", kNotFetched);
  const std::string bad = transition();
  EXPECT_GT(bad, good);
  wait(2min);
  world.merge("es", "es", R"({"spec":{"target":{"template":{"data":{"t":"{{ .none }}"}}},
    "data":[{"secretKey":"a","remoteRef":{"key":"k"}}]}})");
  until_ready("es", kNotWritten);
  EXPECT_EQ(transition(), bad) << "another message, and still not ready";
  wait(2min);
  const std::string mended = format_time(clock.now());
  world.merge("es", "es", R"({"spec":{"target":{"template":null}}})");
  until_ready("es", kSynced);
  EXPECT_GE(transition(), mended);
}

struct LookRow {
  std::string name;
  std::string spec;  // members of the store's
  Duration interval;
};
class SecretsRevalidation : public SecretsOnAClock, public testing::WithParamInterface<LookRow> {};

TEST_P(SecretsRevalidation, ComesWithTheIntervalOfTheStore_Row134) {
  world.create("ss", "store", fmt::format(R"({{"spec":{{{}"provider":{{"double":{{"k":"v"}}}}}}}})", GetParam().spec));
  begin();
  pass_until("the store", [this] { return world.ready("ss", "store") == "True/Valid/store validated"; }, 1s);
  pass(3s, kEverybodyAnswers, 1s);  // its own status has come back to it
  const int looks = back_end->clients;
  const Duration step = GetParam().interval / 10;
  pass(GetParam().interval * 5 / 10, kEverybodyAnswers, step);
  EXPECT_EQ(back_end->clients, looks);
  pass(GetParam().interval * 6 / 10, kEverybodyAnswers, step);
  EXPECT_EQ(back_end->clients, looks + 1);
  pass(GetParam().interval, kEverybodyAnswers, step);
  EXPECT_EQ(back_end->clients, looks + 2);
}

INSTANTIATE_TEST_SUITE_P(Intervals, SecretsRevalidation,
                         testing::Values(LookRow{"OfTenSeconds", R"("refreshInterval":10,)", 10s},
                                         LookRow{"OfADuration", R"("refreshInterval":"90s",)", 90s},
                                         LookRow{"OfNone", "", 5min}),
                         [](const auto& info) { return info.param.name; });

class SecretsWaiting : public SecretsOnAClock {};

// On a clock that hardly moves, so that nobody is tried again for its own sake.
TEST_F(SecretsWaiting, AStoreThatIsMendedWakesWhoWaitsForItAndNobodyElse_Row136) {
  constexpr std::string_view kBroken = R"({"spec":{"provider":{"fake":{"data":[{"key":"k","value":"v"}],
    "validationResult":2}}}})";
  for (const char* store : {"store", "other"}) {
    world.create("ss", store, kBroken);
    world.create("es", std::string("of-") + store,
                 fmt::format(R"({{"spec":{{"secretStoreRef":{{"name":"{}"}},
      "data":[{{"secretKey":"a","remoteRef":{{"key":"k"}}}}]}}}})",
                             store));
  }
  begin();
  for (const char* name : {"of-store", "of-other"}) until_ready(name, kNotFetched);
  pass(10s);
  world.settle();
  for (const auto& event : world.events("UpdateFailed"))
    EXPECT_TRUE(json::find_string(event, "message").ends_with("is not ready")) << json::serialize(event);
  const int others = count("externalsecret_sync_calls_total", "of-other");
  world.merge("ss", "store", R"({"spec":{"provider":{"fake":{"validationResult":0}}}})");
  pass_until("the one of that store", [this] { return world.ready("es", "of-store") == kSynced; }, 10ms);
  world.settle();
  EXPECT_EQ(count("externalsecret_sync_calls_total", "of-other"), others);
  EXPECT_EQ(world.ready("es", "of-other"), kNotFetched);
}

}  // namespace
}  // namespace rotor::test
