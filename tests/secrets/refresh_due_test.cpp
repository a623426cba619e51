#include "secrets/refresh_due.hpp"

#include <map>

#include <gtest/gtest.h>

#include "base/time.hpp"
#include "secrets/sync_windows.hpp"
#include "tests/secrets/samples.hpp"

namespace rotor::secrets {
namespace {

using namespace std::chrono_literals;
using test::managed_target;
using test::sample_es;
using test::synced_es;

const WallTime kNow = *parse_time("2026-01-02T10:00:00Z");

bool refreshes(const api::es::ExternalSecret& es, Duration interval = 1h, WallTime now = kNow) {
  return should_refresh(es, interval, now).refresh;
}

TEST(Refresh, HappensAtFirst) { EXPECT_TRUE(refreshes(sample_es())); }

TEST(Refresh, WaitsForTheInterval_Row26) {
  const auto es = synced_es("2026-01-02T09:50:00Z");
  EXPECT_FALSE(refreshes(es));
  const auto next = next_look(es, 1h, kNow);
  ASSERT_TRUE(next);
  EXPECT_LE(*next, 51min);
  // From its second refresh on an object is read once an interval, to the second.
  const WallTime first = *due_at(es, 1h, {});
  EXPECT_EQ(*due_at(synced_es(format_time(first)), 1h, {}) - first, 1h);
}

TEST(Refresh, IsDueWhenMoreThanTheIntervalHasPassed_Row27) {
  const auto es = synced_es("2026-01-02T09:59:59Z");
  EXPECT_FALSE(refreshes(es, 1s)) << "exactly the interval is not more than it";
  EXPECT_TRUE(refreshes(es, 1s, kNow + 1ms));
}

TEST(Refresh, NeverHappensByTimeWithIntervalZero_Row28) {
  EXPECT_FALSE(refreshes(synced_es("2025-01-02T10:00:00Z"), 0s));
  EXPECT_FALSE(refreshes(synced_es("2025-01-02T10:00:00Z"), -1s));
  EXPECT_FALSE(next_look(synced_es("2025-01-02T10:00:00Z"), 0s, kNow));
}

TEST(Refresh, IgnoresASpecEditWithIntervalZero_Row29) {
  auto es = synced_es("2026-01-02T09:50:00Z");
  es.metadata.generation = 2;
  EXPECT_FALSE(refreshes(es, 0s));
}

TEST(Refresh, IgnoresAnAnnotationWithIntervalZero_Row30) {
  auto es = synced_es("2026-01-02T09:50:00Z");
  es.metadata.annotations["force-sync"] = "1";
  EXPECT_FALSE(refreshes(es, 0s));
}

TEST(Refresh, HappensWithIntervalZeroWhenItNeverDid) { EXPECT_TRUE(refreshes(sample_es(), 0s)); }

TEST(Refresh, FollowsTheForceSyncAnnotation_Row32) {
  auto es = synced_es("2026-01-02T09:50:00Z");
  es.metadata.annotations["force-sync"] = "1767323045";
  EXPECT_TRUE(refreshes(es));
}

TEST(Refresh, FollowsASpecEditAndALabel) {
  auto edited = synced_es("2026-01-02T09:50:00Z");
  edited.metadata.generation = 2;
  EXPECT_TRUE(refreshes(edited));
  auto labelled = synced_es("2026-01-02T09:50:00Z");
  labelled.metadata.labels["l"] = "x";
  EXPECT_TRUE(refreshes(labelled));
}

TEST(Refresh, IgnoresFinalizersAndStatus_Row33) {
  auto es = synced_es("2026-01-02T09:50:00Z");
  es.metadata.finalizers.push_back("other");
  kube::Condition condition;
  condition.type = "Ready";
  condition.status = "False";
  es.status.conditions.push_back(condition);
  EXPECT_FALSE(refreshes(es));
}

TEST(Refresh, HappensWhenTheLastOneLiesInTheFuture_Row34) { EXPECT_TRUE(refreshes(synced_es("2026-01-02T10:00:01Z"))); }

TEST(Refresh, OnChangeIgnoresTime_Row35) {
  auto es = synced_es("2025-01-02T10:00:00Z");
  es.spec.refresh_policy = "OnChange";
  EXPECT_FALSE(refreshes(es));
  EXPECT_FALSE(next_look(es, 1h, kNow));
  es.metadata.labels["l"] = "x";
  EXPECT_TRUE(refreshes(es));
}

TEST(Refresh, CreatedOnceIgnoresTimeAndEdits_Row36) {
  auto es = synced_es("2025-01-02T10:00:00Z");
  es.spec.refresh_policy = "CreatedOnce";
  es.metadata.generation = 2;
  EXPECT_FALSE(refreshes(es));
  es.status.refresh_time.clear();
  EXPECT_TRUE(refreshes(es));
}

TEST(Refresh, IsSpreadOverTheIntervalByObjectIdAndNeverLaterThanIt) {
  std::map<std::int64_t, int> by_tenth;
  for (int i = 0; i < 1000; ++i) {
    auto es = synced_es("2026-01-02T10:00:00Z");  // all of them made in one second
    es.metadata.uid = "uid-" + std::to_string(i);
    const auto next = *next_look(es, 1h, kNow);
    EXPECT_GT(next, 0s);
    EXPECT_LE(next, 1h + 1s);
    EXPECT_LE(*due_at(es, 1h, {}) - kNow, 1h);
    EXPECT_EQ(next, *next_look(es, 1h, kNow)) << "the same object looks at the same time";
    ++by_tenth[next / 6min];
  }
  for (int tenth = 0; tenth < 10; ++tenth) EXPECT_GT(by_tenth[tenth], 60) << tenth;
}

TEST(Refresh, IsDueAtItsMomentAndNotBefore) {
  const auto es = synced_es("2026-01-02T10:00:00Z");
  const WallTime due = *due_at(es, 1h, {});
  EXPECT_FALSE(refreshes(es, 1h, due - 1ms));
  EXPECT_TRUE(refreshes(es, 1h, due));
  EXPECT_TRUE(should_refresh(es, 1h, due).by_time);
}

TEST(Refresh, OfThoseWhoReadTheSameComesAtTheSameMoment) {
  auto one = synced_es("2026-01-02T10:00:00Z");
  auto other = synced_es("2026-01-02T10:00:00Z");
  other.metadata.uid = "uid-2";
  EXPECT_NE(due_at(one, 1h, {}), due_at(other, 1h, {}));
  EXPECT_EQ(due_at(one, 1h, {"store\nkey"}), due_at(other, 1h, {"store\nkey"}));
}

TEST(RefreshInterval, IsAnHourWhenAbsentAndSurvivesHugeValues) {
  auto es = sample_es();
  es.spec.refresh_interval.reset();
  EXPECT_EQ(*refresh_interval(es), 1h);
  es.spec.refresh_interval = "2562047h47m16.854775807s";
  const auto longest = refresh_interval(es);
  ASSERT_TRUE(longest);
  EXPECT_FALSE(refreshes(synced_es("2026-01-02T09:50:00Z"), *longest));
}

TEST(Repair, IsNotNeededForASecretAsItWasLeft) {
  const auto target = managed_target();
  EXPECT_FALSE(target_needs_repair(sample_es(), &target).refresh);
}

TEST(Repair, FollowsAnEditedHash_Row10) {
  auto target = managed_target();
  target.metadata.annotations[std::string(kDataHashAnnotation)] = "0";
  EXPECT_TRUE(target_needs_repair(sample_es(), &target).refresh);
}

TEST(Repair, FollowsEditedData_Row11_Row31) {
  auto target = managed_target();
  auto edited = test::sample_secret(test::one_value("a", "v2"));
  target.actual_hash = to_target(std::move(edited)).actual_hash;
  EXPECT_TRUE(target_needs_repair(sample_es(), &target).refresh);
}

TEST(Repair, FollowsAMissingSecret_Row12_Row31) { EXPECT_TRUE(target_needs_repair(sample_es(), nullptr).refresh); }

TEST(Repair, FollowsAMissingLabel) {
  auto target = managed_target();
  target.metadata.labels.clear();
  EXPECT_TRUE(target_needs_repair(sample_es(), &target).refresh);
}

api::es::ExternalSecret with_window(std::string kind, std::string schedule, std::string duration) {
  auto es = synced_es("2026-01-02T08:00:00Z");
  es.spec.sync_windows = api::es::SyncWindows{std::move(kind), {{std::move(schedule), std::move(duration)}}};
  es.status.synced_resource_version = resource_token(es.metadata);
  return es;
}

TEST(SyncWindows, GateWhatIsDueByTimeAlone) {
  struct Row {
    const char* kind;
    const char* schedule;
    const char* duration;
    bool refreshes;
  };
  for (const Row& row : {Row{"allow", "0 10 * * *", "1h", true}, Row{"allow", "0 8 * * *", "2h", true},
                         Row{"allow", "0 8 * * *", "119m", false}, Row{"allow", "0 22 * * *", "2h", false},
                         Row{"deny", "0 9 * * *", "2h", false}, Row{"deny", "0 22 * * *", "2h", true},
                         Row{"allow", "no schedule", "1h", false}, Row{"deny", "no schedule", "1h", true},
                         Row{"other", "0 22 * * *", "1h", true}}) {
    EXPECT_EQ(refreshes(with_window(row.kind, row.schedule, row.duration)), row.refreshes)
        << row.kind << " " << row.schedule << " " << row.duration;
  }
  auto edited = with_window("allow", "0 22 * * *", "2h");
  edited.metadata.generation = 2;
  EXPECT_TRUE(refreshes(edited)) << "an edit waits for no window";
  auto first = with_window("allow", "0 22 * * *", "2h");
  first.status = {};
  EXPECT_TRUE(refreshes(first));
}

TEST(SyncWindows, EndWithTheWholeOfTheirLastSecond_Row48_Row49) {
  for (const auto& [schedule, duration] : {std::pair{"0 8 * * *", "2h"}, {"@every 2h", "119m59s"}}) {
    const auto open = with_window("allow", schedule, duration);
    EXPECT_TRUE(in_sync_window(open, kNow)) << schedule;
    EXPECT_TRUE(in_sync_window(open, kNow + 999ms)) << schedule;
    EXPECT_FALSE(in_sync_window(with_window("deny", schedule, duration), kNow + 999ms)) << schedule;
  }
  const auto evening = with_window("allow", "0 8 * * *", "2h");
  EXPECT_FALSE(in_sync_window(evening, kNow + 1s));
  EXPECT_EQ(until_window_changes(evening, kNow + 250ms), Duration(750ms));
}

// What the remark says of it, and the formula: from one second to one more than the window lasts.
TEST(SyncWindows, WithoutABeginningAreOpenInEveryMomentOrNone) {
  for (const Duration part : {Duration(0ms), Duration(1ms), Duration(500ms), Duration(999ms)}) {
    for (const char* every : {"@every 1s", "@every 2s", "@every 61s"}) {
      EXPECT_TRUE(in_sync_window(with_window("allow", every, "1m"), kNow + part)) << every;
    }
    EXPECT_FALSE(in_sync_window(with_window("allow", "@every 62s", "1m"), kNow + part));
  }
}

TEST(SyncWindows, AreLookedAtWhenTheyChangeAndAtTheLatestAfterTheInterval) {
  const auto until = [](const api::es::ExternalSecret& es, Duration interval) {
    const auto next = next_look(es, interval, kNow);
    return next ? std::chrono::round<std::chrono::minutes>(*next) : std::chrono::minutes(-1);
  };
  EXPECT_EQ(until(with_window("allow", "30 10 * * *", "1h"), 1h), 30min);
  EXPECT_EQ(until(with_window("allow", "0 22 * * *", "1h"), 1h), 60min);
  EXPECT_EQ(until(with_window("deny", "0 9 * * *", "70m"), 1h), 10min);
}

TEST(SyncWindows, ThatAreShortAreMetByEverybody) {
  struct Row {
    std::string_view kind, schedule, duration;
    Duration interval;
  };
  for (const Row& row : {Row{"allow", "*/5 * * * *", "1s", 1min}, Row{"allow", "30 10 * * *", "10s", 1h},
                         Row{"deny", "* * * * *", "57s", 10min}, Row{"allow", "30 10 * * *", "2h", 1h}}) {
    for (int i = 0; i < 50; ++i) {
      auto es = with_window(std::string(row.kind), std::string(row.schedule), std::string(row.duration));
      es.metadata.uid = "u-" + std::to_string(i);
      WallTime now = kNow + 58s;
      for (int looks = 0; looks < 100 && !in_sync_window(es, now); ++looks) now += *next_look(es, row.interval, now);
      EXPECT_TRUE(in_sync_window(es, now)) << row.schedule << row.duration << es.metadata.uid;
      EXPECT_LE(now - kNow, 40min) << row.schedule << row.duration << es.metadata.uid;
    }
  }
}

TEST(NextLook, IsAnIntervalAwayForWhoWaitsForASecretToMergeInto) {
  for (const auto& [policy, interval, looks] :
       {std::tuple{"OnChange", Duration(1h), true}, {"CreatedOnce", Duration(1h), true}, {"", Duration(), false}}) {
    auto es = synced_es("2026-01-02T10:00:00Z");
    es.spec.refresh_policy = policy;
    EXPECT_EQ(next_look(es, interval, kNow), std::nullopt) << policy;
    es.status.conditions = {{.type = "Ready", .status = "True", .reason = "SecretMissing"}};
    EXPECT_EQ(next_look(es, interval, kNow), looks ? std::optional<Duration>(interval) : std::nullopt) << policy;
  }
}

}  // namespace
}  // namespace rotor::secrets
