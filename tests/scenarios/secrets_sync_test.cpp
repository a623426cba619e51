#include <fmt/format.h>
#include <gtest/gtest.h>

#include "json/object_hash.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr std::string_view kOneKey =
    R"("target":{"name":"tgt"},"data":[{"secretKey":"a","remoteRef":{"key":"remote"}}])";

// A store with remote = v1, an ExternalSecret es on it, synced.
class SecretsSync : public testing::Test {
 protected:
  void synced(std::string_view members = kOneKey) {
    world.store(R"([{"key":"remote","value":"v1"}])");
    world.start_operator();
    world.until_ready("ss", "store", "True/Valid/store validated");
    world.external_secret(members);
    world.until_ready("es", "es", kSynced);
  }
  std::string refresh_time() { return std::string(json::find_string(world.get("es", "es"), "status.refreshTime")); }
  int passes() {
    const std::string name = "externalsecret_sync_calls_total{name=\"es\",namespace=\"ns\"} ";
    const std::string text = world.metrics().render();
    const auto at = text.find(name);
    return at == std::string::npos ? 0 : std::stoi(text.substr(at + name.size()));
  }
  SecretsWorld world;
};

TEST_F(SecretsSync, MakesTheSecret_Row1_Row2_Row5_Row23) {
  world.store(R"([{"key":"remote","value":"v1"}])");
  world.start_operator();
  world.until_ready("ss", "store", "True/Valid/store validated");
  world.create("es", "es", R"({"metadata":{"labels":{"l1":"x"},"annotations":{"an1":"y"}},"spec":{
    "secretStoreRef":{"name":"store"},"data":[{"secretKey":"a","remoteRef":{"key":"remote"}}]}})");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("es", "a"), "v1");
  const auto secret = world.get("secret", "es");
  EXPECT_EQ(json::find_string(secret, "type"), "Opaque");
  const auto& labels = json::find(secret, "metadata.labels")->as_object();
  EXPECT_EQ(labels.at("l1").as_string(), "x");
  EXPECT_EQ(labels.at("reconcile.external-secrets.io/managed").as_string(), "true");
  EXPECT_EQ(labels.at("reconcile.external-secrets.io/created-by").as_string(),
            json::object_hash(std::string_view("ns/es")));
  EXPECT_EQ(json::find(secret, "metadata.annotations")->as_object().at("an1").as_string(), "y");
  EXPECT_EQ(json::find(secret, "metadata.managedFields")->as_array().at(0).at("manager").as_string(),
            "externalsecrets.external-secrets.io/es");
  const auto es = world.get("es", "es");
  EXPECT_EQ(json::find_string(es, "status.binding.name"), "es");
  EXPECT_NE(json::find_string(es, "status.refreshTime"), "");
  EXPECT_NE(json::find_string(es, "status.syncedResourceVersion"), "");
  EXPECT_EQ(json::find(es, "metadata.finalizers"), nullptr);
  EXPECT_EQ(world.operator_requests("create", "secrets"), 1U);
  EXPECT_LE(world.operator_writes(), 3U) << "Secret and two statuses, the store's included";
  world.until("the event", [this] { return world.events("Created").size() == 1; });
}

TEST_F(SecretsSync, FindsByANameAndLetsLaterItemsWin_Row77_Row84_Row96) {
  world.store(R"([{"key":"foo","value":"1"},{"key":"x/foo","value":"2"},{"key":"bar","value":"3"}])");
  world.start_operator();
  world.until_ready("ss", "store", "True/Valid/store validated");
  world.external_secret(R"("target":{"name":"tgt"},"data":[{"secretKey":"foo","remoteRef":{"key":"bar"}}],"dataFrom":[
    {"find":{"name":{"regexp":"foo"}}},
    {"find":{"name":{"regexp":"^bar$"}},"rewrite":[{"regexp":{"source":"^(.*)$","target":"new-$1"}}]}])");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "foo"), "3");
  EXPECT_EQ(world.value("tgt", "x_foo"), "2");
  EXPECT_EQ(world.value("tgt", "new-bar"), "3");
  EXPECT_EQ(json::find(world.get("secret", "tgt"), "data")->as_object().size(), 3U);
}

TEST_F(SecretsSync, SaysWhichFindIsWrong) {
  world.store(R"([{"key":"foo","value":"1"}])");
  world.start_operator();
  world.until_ready("ss", "store", "True/Valid/store validated");
  world.external_secret(R"("target":{"name":"tgt"},"dataFrom":[{"find":{"name":{"regexp":"a("}}}])");
  world.until("the event", [this] { return world.events("UpdateFailed").size() == 1; });
  const std::string said(json::find_string(world.events("UpdateFailed").at(0), "message"));
  EXPECT_TRUE(
      said.starts_with("error processing spec.dataFrom[0].find, err: error getting all secrets: could not "
                       "compile find.name.regexp [a(]"))
      << said;
}

TEST_F(SecretsSync, WritesNothingMoreOnceSynced_Row47) {
  synced();
  world.settle();
  const auto writes = world.operator_writes();
  const auto version = std::string(json::find_string(world.get("es", "es"), "metadata.resourceVersion"));
  world.settle();
  EXPECT_EQ(world.operator_writes(), writes);
  EXPECT_EQ(json::find_string(world.get("es", "es"), "metadata.resourceVersion"), version);
  EXPECT_EQ(world.operator_requests("get", "secrets"), 0U);
}

// The status that a pass writes comes back as an event of its own: it must not start another pass. With a template the
// annotation is not copied, so that the status is all that the pass writes.
TEST_F(SecretsSync, TakesNoStatusForAChange_Row41) {
  synced();
  world.merge("es", "es", R"({"spec":{"target":{"template":{}}}})");
  world.settle();
  const int before = passes();
  const auto version = std::string(json::find_string(world.get("es", "es"), "status.syncedResourceVersion"));
  world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
  world.until("the refresh",
              [&] { return json::find_string(world.get("es", "es"), "status.syncedResourceVersion") != version; });
  world.settle();
  EXPECT_EQ(passes(), before + 1);
}

constexpr std::string_view kEverySecond =
    R"("refreshInterval":"1s","target":{"name":"tgt"},"data":[{"secretKey":"a","remoteRef":{"key":"remote"}}])";

TEST_F(SecretsSync, TellsTheTimeOfAnUnchangedRefreshAndWritesNoSecret) {
  synced(kEverySecond);
  const std::string first = refresh_time();
  world.until("the next refresh", [&] { return refresh_time() > first; });
  EXPECT_EQ(world.operator_requests("create", "secrets"), 1U);
  EXPECT_EQ(world.operator_requests("update", "secrets") + world.operator_requests("patch", "secrets"), 0U);
}

TEST_F(SecretsSync, TellsTheTimeOfAnUnchangedRefreshOnlyAsOftenAsItMay) {
  world.store(R"([{"key":"remote","value":"v1"}])");
  world.start_operator({.least_status_interval = std::chrono::hours(1)});
  world.until_ready("ss", "store", "True/Valid/store validated");
  world.external_secret(kEverySecond);
  world.until_ready("es", "es", kSynced);
  const std::string first = refresh_time();
  const int before = passes();
  world.store(R"([{"key":"remote","value":"v2"}])");
  world.until("the new value, by the interval", [this] { return world.value("tgt", "a") == "v2"; });
  const int with_it = passes();
  EXPECT_LE(with_it, before + 4) << "once a second, not at every moment";
  world.until("one more refresh", [&] { return passes() > with_it; });
  EXPECT_EQ(refresh_time(), first);
  EXPECT_EQ(world.operator_requests("patch", "externalsecrets"), 0U) << "no finalizer; status is counted apart";
  world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
  world.until("what is new, and the time with it", [&] { return refresh_time() > first; });
}

TEST_F(SecretsSync, NeedsNoWriteAfterARestart) {
  synced();
  world.settle();
  world.stop_operator();
  const auto writes = world.operator_writes();
  world.start_operator();
  world.settle();
  EXPECT_EQ(world.operator_writes(), writes);
}

TEST_F(SecretsSync, RestoresEditedData_Row11) {
  synced();
  world.merge("secret", "tgt", R"({"data":{"a":"eA==","b":"eQ=="}})");
  world.until("the repair", [this] { return world.value("tgt", "a") == "v1" && world.value("tgt", "b").empty(); });
}

TEST_F(SecretsSync, RestoresTheHashAnnotation_Row10) {
  synced();
  world.merge("secret", "tgt", R"({"metadata":{"annotations":{"reconcile.external-secrets.io/data-hash":"x"}}})");
  world.until("the repair", [this] {
    const auto secret = world.get("secret", "tgt");
    return json::find(secret, "metadata.annotations")->as_object().at("reconcile.external-secrets.io/data-hash") != "x";
  });
}

// By then our watch no longer shows the Secret (Q8 of the specification).
TEST_F(SecretsSync, RestoresItsLabelWhenItIsTakenOff) {
  synced();
  const std::string uid(json::find_string(world.get("secret", "tgt"), "metadata.uid"));
  world.merge("secret", "tgt",
              R"({"metadata":{"labels":{"reconcile.external-secrets.io/managed":null}},"data":{"a":"eA=="}})");
  world.until("the repair", [this] {
    const auto secret = world.get("secret", "tgt");
    const auto& labels = json::find(secret, "metadata.labels")->as_object();
    return labels.contains("reconcile.external-secrets.io/managed") && world.value("tgt", "a") == "v1";
  });
  EXPECT_EQ(json::find_string(world.get("secret", "tgt"), "metadata.uid"), uid);
  EXPECT_EQ(world.ready("es", "es"), kSynced);
}

TEST_F(SecretsSync, MakesADeletedSecretAgain_Row12_Row31) {
  synced(R"("refreshInterval":"0","target":{"name":"tgt"},"data":[{"secretKey":"a","remoteRef":{"key":"remote"}}])");
  world.remove("secret", "tgt");
  world.until("the Secret", [this] { return world.value("tgt", "a") == "v1"; });
}

TEST_F(SecretsSync, KeepsForeignLabelsAndDropsItsOwn_Row7_Row8) {
  world.store(R"([{"key":"remote","value":"v1"}])");
  world.start_operator();
  world.until_ready("ss", "store", "True/Valid/store validated");
  world.create("es", "es", R"({"metadata":{"labels":{"l1":"x"}},"spec":{"secretStoreRef":{"name":"store"},
    "target":{"name":"tgt"},"data":[{"secretKey":"a","remoteRef":{"key":"remote"}}]}})");
  world.until_ready("es", "es", kSynced);
  world.merge("secret", "tgt", R"({"metadata":{"labels":{"other":"1"}}})");
  world.merge("es", "es", R"({"metadata":{"labels":{"l1":null}}})");
  world.until("the label to go", [this] {
    return !json::find(world.get("secret", "tgt"), "metadata.labels")->as_object().contains("l1");
  });
  EXPECT_TRUE(json::find(world.get("secret", "tgt"), "metadata.labels")->as_object().contains("other"));
}

TEST_F(SecretsSync, TakesOverASecretThatWasThere_Row13) {
  world.create("secret", "tgt", R"({"data":{"old":"eA=="}})");
  synced();
  EXPECT_EQ(world.value("tgt", "a"), "v1");
  const auto owner = json::find(world.get("secret", "tgt"), "metadata.ownerReferences")->as_array().at(0);
  EXPECT_EQ(json::find_string(owner, "uid"), json::find_string(world.get("es", "es"), "metadata.uid"));
  EXPECT_TRUE(owner.at("controller").as_bool());
  EXPECT_EQ(world.value("tgt", "old"), "");
  EXPECT_EQ(world.operator_requests("patch", "secrets"), 1U) << "the first pass only labels";
}

TEST_F(SecretsSync, LeavesAnotherExternalSecretsTargetAlone_Row15) {
  synced();
  world.create("es", "second", fmt::format(R"({{"spec":{{"secretStoreRef":{{"name":"store"}},{}}}}})", kOneKey));
  world.until_ready("es", "second", "False/SecretSyncedError/target is owned by another ExternalSecret");
  world.until("the event", [this] { return !world.events("UpdateFailed").empty(); });
}

TEST_F(SecretsSync, LeavesAnotherKindsSecretAlone_Row14) {
  world.create("secret", "owner", R"({"data":{}})");
  const std::string uid(json::find_string(world.get("secret", "owner"), "metadata.uid"));
  world.create("secret", "tgt",
               fmt::format(R"({{"metadata":{{"ownerReferences":[{{"apiVersion":"v1","kind":"Secret",
    "name":"owner","uid":"{}","controller":true}}]}},"data":{{"old":"eA=="}}}})",
                           uid));
  world.store(R"([{"key":"remote","value":"v1"}])");
  world.start_operator();
  world.external_secret(kOneKey);
  world.until_ready("es", "es", "False/SecretSyncedError/failed to take ownership of target secret");
  EXPECT_EQ(world.value("tgt", "old"), "x");
}

TEST_F(SecretsSync, MovesToANewTargetName_Row17) {
  synced();
  world.merge("es", "es", R"({"spec":{"target":{"name":"new"}}})");
  world.until("the new Secret",
              [this] { return world.value("new", "a") == "v1" && world.get("secret", "tgt").is_null(); });
  world.until("the event", [this] { return world.events("Deleted").size() == 1; });
}

TEST_F(SecretsSync, FollowsTheStoreByIntervalAndForgetsVanishedKeys_Row27) {
  world.store(R"([{"key":"doc","value":"{\"a\":\"1\",\"b\":\"2\"}"}])");
  world.start_operator();
  world.external_secret(R"("refreshInterval":"1s","target":{"name":"tgt"},"dataFrom":[{"extract":{"key":"doc"}}])");
  world.until("the Secret", [this] { return world.value("tgt", "b") == "2"; });
  world.store(R"([{"key":"doc","value":"{\"a\":\"3\"}"}])");
  world.until("the new value", [this] { return world.value("tgt", "a") == "3" && world.value("tgt", "b").empty(); });
}

TEST_F(SecretsSync, FollowsTheForceSyncAnnotation_Row32_Row42) {
  synced();
  world.store(R"([{"key":"remote","value":"v2"}])");
  world.settle();
  EXPECT_EQ(world.value("tgt", "a"), "v1");
  world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
  world.until("the new value", [this] { return world.value("tgt", "a") == "v2"; });
  world.until("the event", [this] { return world.events("Updated").size() == 1; });
  const auto event = world.events("Updated").at(0);
  EXPECT_EQ(json::find_string(event, "message"), "secret updated");
  EXPECT_EQ(json::find_string(event, "type"), "Normal");
  EXPECT_EQ(json::find_string(event, "source.component"), "external-secrets");
  EXPECT_EQ(json::find_string(event, "involvedObject.name"), "es");
}

TEST_F(SecretsSync, IgnoresEditsWithIntervalZero_Row28_Row29_Row30) {
  synced(R"("refreshInterval":"0","target":{"name":"tgt"},"data":[{"secretKey":"a","remoteRef":{"key":"remote"}}])");
  world.store(R"([{"key":"remote","value":"v2"}])");
  world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
  world.merge("es", "es", R"({"spec":{"data":[{"secretKey":"b","remoteRef":{"key":"remote"}}]}})");
  world.settle();
  EXPECT_EQ(world.value("tgt", "a"), "v1");
  EXPECT_EQ(world.value("tgt", "b"), "");
}

TEST_F(SecretsSync, KeepsTheSecretWhenTheKeyIsGone_Row46_Row67) {
  synced();
  const auto before = world.get("es", "es");
  const auto secret = world.get("secret", "tgt");
  world.store(R"([{"key":"other","value":"x"}])");
  world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
  world.until_ready("es", "es", "False/SecretSyncedError/could not get secret data from provider");
  EXPECT_EQ(world.get("secret", "tgt"), secret);
  const auto after = world.get("es", "es");
  EXPECT_EQ(json::find_string(after, "status.refreshTime"), json::find_string(before, "status.refreshTime"));
  world.until("the event", [this] { return !world.events("UpdateFailed").empty(); });
  EXPECT_EQ(json::find_string(world.events("UpdateFailed")[0], "message"),
            "error processing spec.data[0] (key: remote), err: Secret does not exist");
}

struct BadStore {
  std::string_view provider;
  std::string_view condition;
  std::string_view event;
};
class BadStores : public testing::TestWithParam<BadStore> {};

TEST_P(BadStores, SayWhatIsWrong_Row131) {
  SecretsWorld world;
  world.create("ss", "store", fmt::format(R"({{"spec":{{"provider":{}}}}})", GetParam().provider));
  world.start_operator();
  world.until_ready("ss", "store", GetParam().condition);
  world.until("the event", [&] { return !world.events("InvalidProviderConfig").empty(); });
  EXPECT_EQ(json::find_string(world.events("InvalidProviderConfig")[0], "message"), GetParam().event);
  world.external_secret(kOneKey);
  world.until_ready("es", "es", "False/SecretSyncedError/could not get secret data from provider");
  world.until("the event", [&] { return !world.events("UpdateFailed").empty(); });
  EXPECT_EQ(json::find_string(world.events("UpdateFailed")[0], "message"),
            "error processing spec.data[0] (key: remote), err: SecretStore \"store\" is not ready");
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BadStores,
    testing::Values(
        BadStore{R"({"teapot":{}})", "False/InvalidProviderConfig/unable to create client",
                 "failed to find registered store backend for type: teapot, name: store; spec.provider may be "
                 "fake, kubernetes"},
        BadStore{R"({"fake":{"data":[],"validationResult":2}})", "False/InvalidProviderConfig/unable to validate store",
                 "unable to validate"}));

TEST_F(SecretsSync, RefusesTwoProvidersAtTheApiServer) {
  try {
    world.create("ss", "store", R"({"spec":{"provider":{"fake":{"data":[]},"aws":{}}}})");
    FAIL() << "accepted";
  } catch (const std::runtime_error& error) {
    EXPECT_TRUE(std::string(error.what()).contains("spec.provider: Too many: 2: must have at most 1 item"))
        << error.what();
  }
}

TEST_F(SecretsSync, WakesUpWhenItsStoreAppears_Row137) {
  world.start_operator();
  world.external_secret(kOneKey);
  world.until_ready("es", "es", "False/SecretSyncedError/could not get secret data from provider");
  world.until("the event", [this] { return !world.events("UpdateFailed").empty(); });
  EXPECT_EQ(
      json::find_string(world.events("UpdateFailed")[0], "message"),
      "error processing spec.data[0] (key: remote), err: could not get SecretStore \"store\", it does not exist in "
      "namespace \"ns\"");
  world.store(R"([{"key":"remote","value":"v1"}])");
  world.until_ready("es", "es", kSynced);
}

TEST_F(SecretsSync, RefusesABadDurationWithoutStoppingOthers) {
  synced();
  world.create("es", "bad", R"({"spec":{"refreshInterval":"1d","secretStoreRef":{"name":"store"},
    "data":[{"secretKey":"a","remoteRef":{"key":"remote"}}]}})");
  world.until_ready("es", "bad",
                    "False/SecretSyncedError/invalid spec.refreshInterval \"1d\": time: unknown unit \"d\" in duration "
                    "\"1d\"; write a duration in h, m and s, such as 1h or 90s (a day is 24h)");
  world.merge("secret", "tgt", R"({"data":{"a":"eA=="}})");
  world.until("the other's repair", [this] { return world.value("tgt", "a") == "v1"; });
}

TEST(UnreadableObject, SaysSoAndStopsNoOther) {
  SecretsWorld world(true);
  world.store(R"([{"key":"remote","value":"v1"}])");
  world.create("es", "bad", R"({"spec":{"data":"none"}})");
  world.external_secret(kOneKey);
  world.start_operator();
  world.until("the good one", [&] { return world.value("tgt", "a") == "v1"; });
  world.until_ready(
      "es", "bad",
      "False/SecretSyncedError/the ExternalSecret cannot be read: spec.data: expected an array, found a string; "
      "correct the field and apply it again");
  world.until("the event", [&] { return !world.events("UpdateFailed").empty(); });
  world.merge("es", "bad", R"({"spec":{"secretStoreRef":{"name":"store"},"target":{"name":"good"},
    "data":[{"secretKey":"a","remoteRef":{"key":"remote"}}]}})");
  world.until("the corrected one", [&] { return world.value("good", "a") == "v1"; });
}

TEST_F(SecretsSync, CountsPassesAndShowsConditions_Row24) {
  synced();
  world.settle();
  const std::string text = world.metrics().render();
  EXPECT_TRUE(
      text.contains(R"(externalsecret_status_condition{name="es",namespace="ns",condition="Ready",status="True"} 1)"))
      << text;
  EXPECT_TRUE(text.contains(R"(externalsecret_sync_calls_total{name="es",namespace="ns"})"));
}

TEST_F(SecretsSync, ShowsTheValueNowhereButInItsSecret) {
  constexpr std::string_view kCanary = "canary-5b1f";
  world.store(fmt::format(R"([{{"key":"remote","value":"{}"}}])", kCanary));
  world.start_operator();
  world.until_ready("ss", "store", "True/Valid/store validated");
  world.external_secret(R"("target":{"name":"tgt"},"data":[{"secretKey":"a","remoteRef":{"key":"remote"}},
    {"secretKey":"b","remoteRef":{"key":"remote","property":"x"}}])");
  world.until_ready("es", "es", "False/SecretSyncedError/could not get secret data from provider");
  world.until("the event", [this] { return !world.events("UpdateFailed").empty(); });
  for (const auto& event : world.events("UpdateFailed")) EXPECT_FALSE(json::serialize(event).contains(kCanary));
  EXPECT_FALSE(json::serialize(world.get("es", "es")).contains(kCanary));
  EXPECT_FALSE(world.metrics().render().contains(kCanary));
}

}  // namespace
}  // namespace rotor::test
