// What goes wrong on the way to the Secret, and what an ExternalSecret says about it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "apiserver/server/faults.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr std::string_view kNotWritten = "False/SecretSyncedError/could not update secret";
constexpr std::string_view kCanary = "canary-5b1f";
constexpr std::string_view kOneKey =
    R"("target":{"name":"tgt"},"data":[{"secretKey":"a","remoteRef":{"key":"remote"}}])";

class SecretsTrouble : public testing::Test {
 protected:
  void synced(std::string_view members = kOneKey) {
    world.store(R"([{"key":"remote","value":"v1"}])");
    world.start_operator();
    world.until_ready("ss", "store", "True/Valid/store validated");
    world.external_secret(members);
    world.until_ready("es", "es", kSynced);
  }
  void quoting(std::string verb) {
    world.faults().add({.verb = std::move(verb),
                        .resource = "secrets",
                        .times = -1,
                        .status = 422,
                        .reason = "Invalid",
                        .message = fmt::format("cannot decode {}", kCanary)});
  }
  void nothing_quoted() {
    world.until_ready("es", "es", kNotWritten);
    world.until("the event", [this] { return !world.events("UpdateFailed").empty(); });
    for (const auto& event : world.events("UpdateFailed")) EXPECT_FALSE(json::serialize(event).contains(kCanary));
    EXPECT_FALSE(json::serialize(world.get("es", "es")).contains(kCanary));
    EXPECT_TRUE(json::find_string(world.events("UpdateFailed")[0], "message").contains("422 Invalid"));
  }
  SecretsWorld world;
};

TEST_F(SecretsTrouble, TellsNothingThatARefusedCreateQuotes) {
  quoting("create");
  testing::internal::CaptureStderr();
  world.store(R"([{"key":"remote","value":"v1"}])");
  world.start_operator();
  world.external_secret(kOneKey);
  nothing_quoted();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_FALSE(log.contains(kCanary)) << log;
  EXPECT_TRUE(log.contains("ExternalSecret not synced")) << log;
}

TEST_F(SecretsTrouble, TellsNothingThatARefusedUpdateQuotes) {
  synced();
  quoting("update");
  testing::internal::CaptureStderr();
  world.merge("secret", "tgt", R"({"data":{"a":"eA=="}})");
  nothing_quoted();
  EXPECT_FALSE(testing::internal::GetCapturedStderr().contains(kCanary));
}

TEST_F(SecretsTrouble, TellsNothingThatARefusedReadQuotes) {
  world.create("secret", "tgt", R"({"data":{"old":"eA=="}})");
  quoting("get");
  testing::internal::CaptureStderr();
  world.store(R"([{"key":"remote","value":"v1"}])");
  world.start_operator();
  world.external_secret(kOneKey);
  nothing_quoted();
  EXPECT_FALSE(testing::internal::GetCapturedStderr().contains(kCanary));
}

TEST_F(SecretsTrouble, AsksAgainWhenARefreshThatWasAskedForFails) {
  synced();
  world.store(R"([{"key":"remote","value":"v2"}])");
  world.settle();  // the controllers have seen it
  world.faults().add({.verb = "update", .resource = "secrets"});
  world.values_changed();
  world.until("the new value", [this] { return world.value("tgt", "a") == "v2"; });
  world.until("the event of the first try", [this] { return !world.events("UpdateFailed").empty(); });
}

TEST_F(SecretsTrouble, KeepsTheOldTargetUntilTheNewOneIsWritten) {
  synced();
  world.faults().add({.verb = "create", .resource = "secrets", .times = -1, .status = 403, .reason = "Forbidden"});
  world.merge("es", "es", R"({"spec":{"target":{"name":"new"}}})");
  world.until_ready("es", "es", kNotWritten);
  world.settle();
  EXPECT_EQ(world.value("tgt", "a"), "v1");
  world.faults().clear();
  world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
  world.until("the move", [this] { return world.value("new", "a") == "v1" && world.get("secret", "tgt").is_null(); });
}

TEST_F(SecretsTrouble, TakesAConflictOfItsStatusForNoFailure) {
  world.faults().add({.verb = "patch", .resource = "externalsecrets", .skip = 1, .status = 409, .reason = "Conflict"});
  synced();
  EXPECT_EQ(world.operator_requests("create", "secrets"), 1U);
  EXPECT_EQ(world.operator_requests("update", "secrets"), 0U);
  EXPECT_TRUE(world.events("UpdateFailed").empty());
}

TEST_F(SecretsTrouble, MakesNoWarningOfAnOrdinaryStart) {
  world.store(R"([{"key":"remote","value":"v1"}])");
  for (int i = 0; i < 5; ++i) {
    world.create(
        "es", fmt::format("es-{}", i),
        R"({"spec":{"secretStoreRef":{"name":"store"},"data":[{"secretKey":"a","remoteRef":{"key":"remote"}}]}})");
  }
  world.start_operator();
  for (int i = 0; i < 5; ++i) world.until_ready("es", fmt::format("es-{}", i), kSynced);
  world.settle();
  EXPECT_TRUE(world.events("UpdateFailed").empty());
}

TEST_F(SecretsTrouble, WaitsQuietlyForAStoreThatIsAppliedJustAfterIt) {
  world.start_operator();
  world.external_secret(kOneKey);
  world.store(R"([{"key":"remote","value":"v1"}])");
  world.until_ready("es", "es", kSynced);
  world.settle();
  EXPECT_TRUE(world.events("UpdateFailed").empty());
}

TEST_F(SecretsTrouble, RaisesAnIntervalThatWouldOnlyBurnCalls) {
  world.store(R"([{"key":"remote","value":"v1"}])");
  world.start_operator();
  world.external_secret(fmt::format(R"("refreshInterval":"1ns",{})", kOneKey));
  world.until_ready("es", "es", kSynced);
  world.until("the remark", [this] { return !world.events("Remark").empty(); });
  EXPECT_EQ(json::find_string(world.events("Remark").at(0), "message"),
            "spec.refreshInterval 1ns is raised to 1s, the shortest that is allowed here");
  const auto writes = world.operator_writes();
  world.settle();
  EXPECT_LE(world.operator_writes(), writes + 2) << "once a second, not as fast as it can";
}

TEST_F(SecretsTrouble, RaisesAStoresInterval) {
  world.create("ss", "store", R"({"spec":{"refreshInterval":"1ns","provider":{"fake":{"data":[]}}}})");
  world.start_operator();
  world.until_ready("ss", "store", "True/Valid/store validated");
  world.until("the remark", [this] { return !world.events("Remark").empty(); });
  EXPECT_EQ(json::find_string(world.events("Remark").at(0), "message"),
            "spec.refreshInterval \"1ns\" is raised to 1s, the shortest that is allowed here");
}

// Where no admission stands before it.
TEST_F(SecretsTrouble, AStoresIntervalThatCannotBeReadChangesNoStatusAndStopsNobody) {
  world.store(R"([{"key":"remote","value":"v1"}])");
  world.start_operator();
  world.until_ready("ss", "store", "True/Valid/store validated");
  world.merge("ss", "store", R"({"spec":{"refreshInterval":"10"}})");
  world.until("the event", [&] { return !world.events("InvalidStoreConfiguration").empty(); });
  EXPECT_TRUE(json::find_string(world.events("InvalidStoreConfiguration").at(0), "message")
                  .starts_with("invalid refreshInterval \"10\": "));
  EXPECT_EQ(world.ready("ss", "store"), "True/Valid/store validated");
  world.external_secret(kOneKey);
  world.until_ready("es", "es", kSynced);
}

TEST_F(SecretsTrouble, SaysOfAStoreWhichFieldNobodyReadsAndUsesItAllTheSame) {
  world.create("ss", "store",
               R"({"spec":{"provider":{"fake":{"data":[{"key":"remote","value":"v1","verison":"1"}]}}}})");
  world.start_operator();
  constexpr std::string_view kField =
      "spec.provider.fake.data[0].verison is no field that Rotor knows, so it is ignored; did you mean \"version\"?";
  world.until_ready("ss", "store", "True/Valid/store validated");
  world.until("its event", [this] { return !world.events("UnknownField").empty(); });
  const auto events = world.events("UnknownField");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(json::find_string(events[0], "type"), "Warning");
  EXPECT_EQ(json::find_string(events[0], "message"), kField);
  world.external_secret(kOneKey);
  world.until_ready("es", "es", kSynced);
}

TEST_F(SecretsTrouble, SaysSoWhenTheStoreFailsAsWell) {
  world.create("ss", "store", R"({"spec":{"provider":{"fake":{"dat":[],"data":[{"key":"","value":"v1"}]}}}})");
  world.start_operator();
  constexpr std::string_view kField =
      "spec.provider.fake.dat is no field that Rotor knows, so it is ignored; did you mean \"data\"?";
  world.until_ready("ss", "store", "False/InvalidProviderConfig/unable to validate store");
  world.until("its event", [&] { return !world.events("InvalidProviderConfig").empty(); });
  EXPECT_EQ(json::find_string(world.events("InvalidProviderConfig").at(0), "message"),
            fmt::format("key must be set in data 0; {}", kField));
}

TEST_F(SecretsTrouble, TellsByAnEventWhatABackEndWarnsOf) {
  world.create("ss", "store",
               fmt::format(R"({{"spec":{{"provider":{{"kubernetes":{{"server":{{"url":"{}"}},
      "auth":{{"token":{{"bearerToken":{{"name":"nobody","key":"token"}}}}}}}}}}}}}})",
                           world.url()));
  world.start_operator();
  world.until("the event", [&] { return !world.events("ProviderWarning").empty(); });
  EXPECT_TRUE(json::find_string(world.events("ProviderWarning").at(0), "message").starts_with("No caBundle"));
  world.settle();
  EXPECT_EQ(world.events("ProviderWarning").size(), 1U) << "not at each look";
}

TEST_F(SecretsTrouble, NamesTheBackEndThatWasMeantOrAllThereAre) {
  world.create("ss", "near", R"({"spec":{"provider":{"fkae":{}}}})");
  world.create("ss", "far", R"({"spec":{"provider":{"gitlab":{}}}})");
  world.start_operator();
  world.until("both events", [&] { return world.events("InvalidProviderConfig").size() == 2; });
  std::string said;
  for (const auto& event : world.events("InvalidProviderConfig")) said += json::find_string(event, "message");
  EXPECT_TRUE(said.contains("type: fkae, name: near; did you mean \"fake\"?")) << said;
  EXPECT_TRUE(said.contains("type: gitlab, name: far; spec.provider may be fake, kubernetes")) << said;
}

TEST_F(SecretsTrouble, WritesAKeyOfAMebibyteAndSaysOfOneByteMoreThatItIsTooMuch) {
  constexpr std::size_t kMost = std::size_t{1} << 20;
  const auto store_has = [this](const std::string& value) {
    world.store(fmt::format(R"([{{"key":"remote","value":"{}"}}])", value));
    world.settle();
  };
  store_has(std::string(kMost, 'x'));
  world.start_operator();
  world.external_secret(kOneKey);
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "a").size(), kMost);
  store_has(std::string(kMost + 1, 'y'));
  world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
  world.until_ready("es", "es", kNotWritten);
  world.until("the event", [this] { return !world.events("UpdateFailed").empty(); });
  EXPECT_EQ(
      json::find_string(world.events("UpdateFailed").at(0), "message"),
      "could not update secret tgt: its values have 1048577 bytes, and a Secret holds 1048576 at most; the largest "
      "is \"a\" with 1048577. Leave out what nobody reads, or give several ExternalSecrets a part each");
  EXPECT_EQ(world.operator_requests("update", "secrets"), 0U) << "the API server is not asked what it would say";
  EXPECT_EQ(world.value("tgt", "a"), std::string(kMost, 'x'));
  store_has("small");
  world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"2"}}})");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "a"), "small");
}

TEST_F(SecretsTrouble, ForgetsTheSeriesOfADeletedObject) {
  synced();
  world.remove("es", "es");
  world.until("the object to go", [this] { return world.get("es", "es").is_null(); });
  world.settle();
  EXPECT_FALSE(world.metrics().render().contains(R"(externalsecret_sync_calls_total{name="es")"));
}

}  // namespace
}  // namespace rotor::test
