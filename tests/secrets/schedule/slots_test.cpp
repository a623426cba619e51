#include "secrets/schedule/slots.hpp"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/time.hpp"
#include "secrets/schedule/identity.hpp"
#include "tests/secrets/samples.hpp"

namespace rotor::secrets {
namespace {

using namespace std::chrono_literals;

const WallTime kNow = *parse_time("2026-01-02T10:00:00Z");

TEST(Slots, LieAtMostAnIntervalAheadAndOneIntervalApart) {
  for (const Duration interval : {Duration(10s), Duration(30s), Duration(90500ms), Duration(1h), Duration(24h * 365)}) {
    for (int i = 0; i < 100; ++i) {
      const Slot id{.id = "id-" + std::to_string(i), .batches = i % 2 == 0 ? "a store" : ""};
      const WallTime first = next_slot(id, interval, kNow);
      EXPECT_GT(first, kNow);
      EXPECT_LE(first - kNow, interval);
      const WallTime second = next_slot(id, interval, first);
      EXPECT_EQ(second - first, std::chrono::floor<std::chrono::seconds>(interval));
    }
  }
}

TEST(Slots, Of5000ObjectsUseEverySecondOfTheIntervalAndNoneMuchMoreThanAnother) {
  std::map<WallTime, int> seconds;
  for (int i = 0; i < 5000; ++i) ++seconds[next_slot({"uid-" + std::to_string(i)}, 30s, kNow)];
  EXPECT_EQ(seconds.size(), 30U);
  for (const auto& [second, objects] : seconds) EXPECT_LT(objects, 2 * 5000 / 30);
}

TEST(Slots, OfOneSecondBeginAtFourMomentsOfIt) {
  std::set<Duration> begins;
  for (int i = 0; i < 200; ++i) begins.insert(within_second({"one key"}, "uid-" + std::to_string(i)));
  EXPECT_EQ(begins, (std::set<Duration>{0ms, 250ms, 500ms, 750ms}));
}

std::map<WallTime, int> moments(const std::string& store, Duration interval) {
  std::map<WallTime, int> found;
  for (int i = 0; i < 5000; ++i) ++found[next_slot({"key-" + std::to_string(i), store}, interval, kNow)];
  return found;
}

TEST(Slots, OfAStoreThatBatchesComeOnceAMinuteAtMostAndStillOnceAnInterval) {
  EXPECT_EQ(moments("store", 10s).size(), 1U);
  EXPECT_EQ(moments("store", 90s).size(), 1U);
  EXPECT_EQ(moments("store", 5min).size(), 5U);
  EXPECT_NE(moments("store", 60s).begin()->first, moments("another", 60s).begin()->first);
}

TEST(Slots, OfAStoreThatBatchesAreNeverALargePartOfALongInterval) {
  for (const Duration interval : {Duration(1h), Duration(24h)}) {
    const auto found = moments("store", interval);
    EXPECT_EQ(found.size(), 60U);
    for (const auto& [moment, objects] : found) EXPECT_LT(objects, 2 * 5000 / 60);
  }
}

TEST(Slots, OfAStoreThatBatchesBeginAtOneInstant) {
  EXPECT_EQ(within_second({"one", "store"}, "uid-1"), within_second({"other", "store"}, "uid-2"));
  std::set<Duration> colds;
  for (int i = 0; i < 500; ++i) colds.insert(cold_delay({"key-" + std::to_string(i), "store"}, 1h, 20'000));
  EXPECT_EQ(colds.size(), 12U);
}

TEST(ColdDelay, IsAtMostTheIntervalAndTwoMinutesAndGrowsWithTheObjects) {
  struct Case {
    Duration interval;
    std::size_t objects;
    Duration most;
  };
  for (const Case& row : {Case{30s, 20'000, 30s},
                          {1h, 20'000, 2min},
                          {1s, 20'000, 1s},
                          {0s, 20'000, 0s},
                          {1h, 5'000, 50s},
                          {1h, 500, 5s},
                          {1h, 19, 0s},
                          {1h, 0, 0s},
                          {1s, 5'000, 1s}}) {
    Duration longest{};
    for (int i = 0; i < 500; ++i) {
      longest = std::max(longest, cold_delay({"uid-" + std::to_string(i)}, row.interval, row.objects));
    }
    EXPECT_LE(longest, row.most) << row.objects;
    EXPECT_GE(longest, row.most * 9 / 10) << row.objects;
  }
}

TEST(ColdDelay, RefreshesAboutAHundredASecond) {
  std::map<Duration, int> seconds;
  for (int i = 0; i < 5000; ++i) {
    ++seconds[std::chrono::floor<std::chrono::seconds>(cold_delay({"uid-" + std::to_string(i)}, 1h, 5000))];
  }
  for (const auto& [second, objects] : seconds) EXPECT_LE(objects, 150) << second;
}

TEST(WakeDelay, WakesAFewAtOnceAndAHundredASecondAfterThat) {
  std::map<Duration, int> seconds;
  for (std::size_t n = 0; n < 5000; ++n) ++seconds[std::chrono::floor<std::chrono::seconds>(wake_delay(n))];
  EXPECT_EQ(wake_delay(0), 0s);
  EXPECT_EQ(wake_delay(19), 0s);
  EXPECT_GT(wake_delay(20), 0s);
  for (const auto& [second, objects] : seconds) EXPECT_LE(objects, 120) << second;
}

TEST(WakeUp, IsAtOnceForWhoOnlyWaitedForTheStoreToBeLookedAt) {
  WakeUp wake_up;
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(wake_up.next(true), 0s);
  for (std::size_t n = 0; n < 5000; ++n) {  // who was refused follows as slowly as alone
    ASSERT_EQ(wake_up.next(false), wake_delay(n));
    ASSERT_EQ(wake_up.next(true), 0s);
  }
}

StoreView store_with(std::string kind, std::string config) {
  StoreView store;
  store.kind = std::move(kind);
  store.metadata.name = "store";
  store.metadata.ns = store.cluster() ? "" : "ns";
  store.metadata.uid = "uid-store";
  store.metadata.generation = 3;
  store.spec.provider["vault"].text = std::move(config);
  return store;
}

TEST(SlotOf, IsTheSameForThoseWhoMayShareAnAnswer) {
  const StoreView store = store_with("SecretStore", "{}");
  auto one = test::sample_es();
  auto other = test::sample_es();
  other.metadata.uid = "uid-2";
  other.spec.data[0].remote_ref.property = "another property";
  EXPECT_EQ(slot_of(one, &store, false).id, slot_of(other, &store, false).id);
  other.spec.data[0].remote_ref.key = "another key";
  EXPECT_NE(slot_of(one, &store, false).id, slot_of(other, &store, false).id);
  EXPECT_EQ(slot_of(one, &store, false).batches, "");
  EXPECT_EQ(slot_of(one, &store, true).batches, slot_of(other, &store, true).batches);
  EXPECT_EQ(slot_of(one, nullptr, true).id, "uid-1") << "a store that is not there";
  one.spec.data.clear();
  EXPECT_EQ(slot_of(one, &store, true).batches, "") << "nothing is read";
}

struct IdentityCase {
  const char* config;
  bool depends;
};

TEST(Identity, DependsOnTheConsumerUnlessEverySelectorNamesItsNamespace) {
  for (const IdentityCase& c :
       {IdentityCase{R"({"server":"https://v"})", false},
        IdentityCase{R"({"auth":{"tokenSecretRef":{"name":"t","key":"k","namespace":"ops"}}})", false},
        IdentityCase{R"({"auth":{"tokenSecretRef":{"name":"t","key":"k"}}})", true},
        IdentityCase{R"({"auth":{"tokenSecretRef":{"name":"t","key":"k","namespace":""}}})", true},
        IdentityCase{R"({"auth":{"jwt":{"serviceAccountRef":{"name":"sa"}}}})", true},
        IdentityCase{R"({"auth":{"jwt":{"serviceAccountRef":{"name":"sa","namespace":"ops"}}}})", false},
        IdentityCase{R"({"auth":[{"a":{"name":"n","namespace":"ops"}},{"b":{"name":"n"}}]})", true},
        IdentityCase{R"({"caProvider":{"type":"Secret","name":"ca","key":"k"}})", true},
        IdentityCase{R"({"role":"r","sessionTagsPolicy":"Simple"})", true}, IdentityCase{"no JSON", true}}) {
    EXPECT_EQ(depends_on_consumer(c.config), c.depends) << c.config;
  }
}

TEST(Identity, OfAClusterSecretStoreIsOfTheConsumersNamespaceOnlyWhereTheLoginIs) {
  const StoreView referent = store_with("ClusterSecretStore", R"({"auth":{"serviceAccountRef":{"name":"sa"}}})");
  EXPECT_NE(identity_of(referent, "a"), identity_of(referent, "b"));
  const StoreView fixed = store_with("ClusterSecretStore", R"({"auth":{"ref":{"name":"s","namespace":"ops"}}})");
  EXPECT_EQ(identity_of(fixed, "a"), identity_of(fixed, "b"));
}

TEST(Identity, IsAnotherForAnEditedOrReplacedStore) {
  const StoreView store = store_with("SecretStore", "{}");
  StoreView edited = store;
  edited.metadata.generation = 4;
  StoreView replaced = store;
  replaced.metadata.uid = "uid-new";
  StoreView elsewhere = store;
  elsewhere.metadata.ns = "other";
  for (const StoreView& other : {edited, replaced, elsewhere}) {
    EXPECT_NE(identity_of(store, "ns"), identity_of(other, "ns"));
  }
}

}  // namespace
}  // namespace rotor::secrets
