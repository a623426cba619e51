// What is tried again, when and how often, and what is not; on a clock that the test moves.
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/scenarios/secrets_clock.hpp"

namespace rotor::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr std::string_view kNotFetched = "False/SecretSyncedError/could not get secret data from provider";
constexpr std::string_view kPasses = "externalsecret_sync_calls_total";
constexpr std::string_view kErrors = "externalsecret_sync_calls_error";

class SecretsRetries : public SecretsOnAClock {
 protected:
  // An ExternalSecret "es" for the Secret "tgt" that reads from the store every five minutes.
  void on_target(const std::string& name, std::string_view more = "") {
    world.create("es", name,
                 fmt::format(R"({{"spec":{{"secretStoreRef":{{"name":"store"}},"refreshInterval":"5m",
      "target":{{"name":"tgt"{}}},"data":[{{"secretKey":"a","remoteRef":{{"key":"k"}}}}]}}}})",
                             more));
  }
  void store() { world.store(R"([{"key":"k","value":"v"}])"); }
  // Half an hour: six intervals, and more than the longest pause between two tries.
  void all_sleep(const std::vector<std::string>& names, std::string_view state,
                 std::string_view reason = "UpdateFailed") {
    pass(10s);
    world.settle();  // its own writes have come back to it
    const auto passes = counts(kPasses);
    const auto errors = counts(kErrors);
    const auto least = static_cast<std::int64_t>(names.size());
    pass_until("the events", [&] { return told(reason) >= least; });
    const auto events = told(reason);
    pass(30min, kEverybodyAnswers, 30s);
    EXPECT_EQ(told(reason), events);
    for (const std::string& name : names) {
      EXPECT_EQ(count(kPasses, name), passes.at(name)) << name;
      EXPECT_GE(errors.at(name), 1) << name;
      EXPECT_EQ(count(kErrors, name), errors.at(name)) << name;
      EXPECT_EQ(world.ready("es", name), state) << name;
    }
  }
};

TEST_F(SecretsRetries, ComeAfterOneSecondAndThenTwoAndAreCounted_Row208_Row24) {
  back_end->failing = 2;
  world.create("ss", "store", R"({"spec":{"provider":{"double":{"k":"v"}}}})");
  begin();
  pass_until("the store", [this] { return world.ready("ss", "store") == "True/Valid/store validated"; });
  constexpr auto kFine = 50ms;
  constexpr auto kNoLater = 500ms;              // the status is written before a pause begins
  constexpr std::string_view kNoRefresh = "0";  // nothing but the retries is to be seen
  make("es", "k", kNoRefresh);
  pass_until("the first try", [this] { return world.ready("es", "es") == kNotFetched; }, kFine);
  pass_until("the sync", [this] { return world.ready("es", "es") == kSynced; }, kFine);
  ASSERT_EQ(back_end->reads.size(), 3U);
  const auto first = back_end->reads[1] - back_end->reads[0];
  const auto second = back_end->reads[2] - back_end->reads[1];
  EXPECT_GE(first, 1s);
  EXPECT_LE(first, 1s + kNoLater);
  EXPECT_GE(second, 2s);
  EXPECT_LE(second, 2s + kNoLater);
  pass(1s);
  // One more when its own write is shown before it is answered.
  EXPECT_GE(count(kPasses, "es"), 3);
  EXPECT_LE(count(kPasses, "es"), 4);
  EXPECT_EQ(count(kErrors, "es"), 2);
  make("clean", "k", kNoRefresh);
  until_ready("clean", kSynced);
  pass(1s);
  EXPECT_GE(count(kPasses, "clean"), 1);
  EXPECT_EQ(count(kErrors, "clean"), 0);
  const std::string text = metrics.render();
  for (const char* name : {"es", "clean"}) {
    for (const auto& [status, value] : {std::pair{"True", 1}, std::pair{"False", 0}}) {
      const std::string series =
          fmt::format(R"(externalsecret_status_condition{{name="{}",namespace="ns",condition="Ready",status="{}"}} {})",
                      name, status, value);
      EXPECT_TRUE(text.contains(series)) << series;
    }
  }
}

TEST_F(SecretsRetries, AreNotMadeOfATargetThatAnotherKindControls_Row14) {
  world.create("cm", "owner", R"({"data":{}})");
  const std::string uid(json::find_string(world.get("cm", "owner"), "metadata.uid"));
  world.create("secret", "tgt",
               fmt::format(R"({{"metadata":{{"ownerReferences":[{{"apiVersion":"v1","kind":"ConfigMap",
    "name":"owner","uid":"{}","controller":true}}]}},"data":{{"old":"eA=="}}}})",
                           uid));
  store();
  on_target("es");
  begin();
  constexpr std::string_view kState = "False/SecretSyncedError/failed to take ownership of target secret";
  until_ready("es", kState);
  all_sleep({"es"}, kState);
  EXPECT_EQ(world.value("tgt", "old"), "x");
  EXPECT_EQ(world.value("tgt", "a"), "");
}

TEST_F(SecretsRetries, AreNotMadeOfATargetThatAnotherExternalSecretOwns_Row15_Row204) {
  store();
  on_target("first");
  begin();
  until_ready("first", kSynced);
  constexpr std::string_view kState = "False/SecretSyncedError/target is owned by another ExternalSecret";
  std::vector<std::string> others;
  for (const char* policy : {"Owner", "Orphan", "Merge", "CreateOrMerge"}) {
    const std::string& name = others.emplace_back(fmt::format("second-{}", others.size()));
    on_target(name, fmt::format(R"(,"creationPolicy":"{}")", policy));
    until_ready(name, kState);
  }
  const int refreshed = count(kPasses, "first");
  all_sleep(others, kState);
  EXPECT_GE(count(kPasses, "first"), refreshed + 5) << "whose Secret it is goes on";
  EXPECT_EQ(world.ready("es", "first"), kSynced);
  EXPECT_EQ(world.value("tgt", "a"), "v");
}

TEST_F(SecretsRetries, AreNotMadeOfADeletionThatMayNotBe_Row66) {
  store();
  on_target("es", R"(,"creationPolicy":"Orphan","deletionPolicy":"Delete")");
  begin();
  until_ready("es", kSynced);
  world.store(R"([{"key":"other","value":"v"}])");
  constexpr std::string_view kState = "False/SecretSyncedError/could not delete secret";
  until_ready("es", kState);
  // Events are called by their time, and of two of one moment of this clock the server takes one.
  all_sleep({"es"}, kState, "MissingProviderSecret");
  EXPECT_EQ(world.value("tgt", "a"), "v");
}

TEST_F(SecretsRetries, AreNotMadeOfAGeneratorOfAnotherGroup_Row114) {
  world.create("es", "es", R"({"spec":{"refreshInterval":"5m","target":{"name":"tgt"},"dataFrom":[{"sourceRef":
    {"generatorRef":{"apiVersion":"external-secrets.io/v1","kind":"Fake","name":"fake"}}}]}})");
  begin();
  until_ready("es", kNotFetched);
  all_sleep({"es"}, std::string(kNotFetched));
}

TEST_F(SecretsRetries, AreNotMadeOfAnImmutableSecretWithOtherData_Row74) {
  world.create("secret", "tgt", R"({"immutable":true,"data":{"a":"eA=="}})");
  store();
  on_target("es");
  begin();
  constexpr std::string_view kState = "False/SecretSyncedError/could not update secret, target is immutable";
  until_ready("es", kState);
  all_sleep({"es"}, kState);
  for (const auto& event : world.events("UpdateFailed")) {
    EXPECT_TRUE(json::find_string(event, "message").ends_with("secret is immutable")) << json::serialize(event);
  }
  EXPECT_EQ(world.value("tgt", "a"), "x");
}

}  // namespace
}  // namespace rotor::test
