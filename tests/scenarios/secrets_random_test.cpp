// Secrets whose template gives another text at every run.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "apiserver/server/faults.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr std::string_view kSalted = R"("data":{"auth":"{{ .password }}-{{ randAlphaNum 12 }}"})";

class RandomTemplates : public testing::Test {
 protected:
  void synced(std::string_view tmpl, std::string_view interval = "1h") {
    password("v1");
    world.start_operator();
    world.until_ready("ss", "store", "True/Valid/store validated");
    world.external_secret(fmt::format(R"("refreshInterval":"{}","target":{{"name":"tgt","template":{{{}}}}},
      "data":[{{"secretKey":"password","remoteRef":{{"key":"password"}}}}])",
                                      interval, tmpl));
    world.until_ready("es", "es", kSynced);
  }
  void password(std::string_view value) { world.store(fmt::format(R"([{{"key":"password","value":"{}"}}])", value)); }
  std::string status(std::string_view field) {
    return std::string(json::find_string(world.get("es", "es"), fmt::format("status.{}", field)));
  }
  std::string version() {
    return std::string(json::find_string(world.get("secret", "tgt"), "metadata.resourceVersion"));
  }
  std::string auth() { return world.value("tgt", "auth"); }
  // A whole refresh, asked for by the annotation.
  void force() {
    const std::string before = status("syncedResourceVersion");
    world.merge("es", "es", fmt::format(R"({{"metadata":{{"annotations":{{"force-sync":"{}"}}}}}})", ++forced));
    world.until("the refresh", [&] { return status("syncedResourceVersion") != before; });
    world.settle();
  }
  void restart() {
    world.stop_operator();
    world.start_operator();
  }
  SecretsWorld world;
  int forced = 0;
};

TEST_F(RandomTemplates, AreNotRenderedAgainWhileNothingTheyAreMadeOfChanges) {
  synced(kSalted);
  const std::string made = version();
  EXPECT_FALSE(status("inputsDigest").empty());
  const auto secret = world.get("secret", "tgt");
  EXPECT_EQ(json::find(secret, "metadata.annotations")->as_object().size(), 3U)
      << "the data hash of today's operator, since when there are values, and when and of what they were made";
  force();
  EXPECT_EQ(version(), made);
  restart();
  force();
  EXPECT_EQ(version(), made) << "after a restart";
}

TEST_F(RandomTemplates, AreRenderedAgainWhenAValueChanges) {
  synced(kSalted);
  password("v2");
  force();
  EXPECT_TRUE(auth().starts_with("v2-")) << auth();
}

TEST_F(RandomTemplates, AreRenderedAgainWhenTheirTextChanges) {
  synced(kSalted);
  const std::string before = auth();
  world.merge("es", "es", R"({"spec":{"target":{"template":{"data":{"more":"{{ uuidv4 }}"}}}}})");
  world.until("the new key", [this] { return !world.value("tgt", "more").empty(); });
  EXPECT_NE(auth(), before);
}

TEST_F(RandomTemplates, AreRenderedAgainWhenASourceChanges) {
  world.create("cm", "texts", R"({"data":{"auth":"{{ .password }}-{{ randAlphaNum 12 }}"}})");
  synced(R"("templateFrom":[{"configMap":{"name":"texts","items":[{"key":"auth"}]}}])");
  const std::string before = auth();
  force();
  EXPECT_EQ(auth(), before);
  world.merge("cm", "texts", R"({"data":{"auth":"{{ .password }}+{{ randAlphaNum 12 }}"}})");
  force();
  EXPECT_TRUE(auth().starts_with("v1+")) << auth();
}

TEST_F(RandomTemplates, AreRepairedAfterAnEditByHand) {
  synced(kSalted);
  world.merge("secret", "tgt", R"({"data":{"auth":"eA=="}})");
  world.until("the repair", [this] { return auth().starts_with("v1-"); });
}

TEST_F(RandomTemplates, MakeAMissingSecretAgain) {
  synced(kSalted);
  world.remove("secret", "tgt");
  world.until("the Secret", [this] { return auth().starts_with("v1-"); });
}

TEST_F(RandomTemplates, LeaveWhatAnotherOperatorMadeAsItIs) {
  synced(kSalted, "1s");
  world.stop_operator();
  world.merge_status("es", "es", R"({"status":{"inputsDigest":null}})");
  world.merge("secret", "tgt", R"({"metadata":{"annotations":{"rotor/made":null,"rotor/value-changes":null}}})");
  const std::string made = version();
  world.start_operator();
  world.until("the digest of now", [this] { return !status("inputsDigest").empty(); });
  EXPECT_EQ(version(), made);
  password("v2");
  world.until("the next change", [this] { return auth().starts_with("v2-"); });
}

TEST_F(RandomTemplates, MissNoChangeWhenTheStatusCannotBeWrittenAndTheValueReturns) {
  synced(kSalted, "1s");
  world.faults().add({.verb = "patch", .resource = "externalsecrets", .times = -1});
  password("v2");
  world.until("the new value", [this] { return auth().starts_with("v2-"); });
  world.stop_operator();
  world.faults().clear();
  password("v1");
  world.start_operator();
  world.until("the old value", [this] { return auth().starts_with("v1-"); });
}

TEST_F(RandomTemplates, AreWrittenOnceWhenOnlyTheStatusFails) {
  synced(kSalted, "1s");
  const auto updates = world.operator_requests("update", "secrets");
  const std::string digest = status("inputsDigest");
  world.faults().add({.verb = "patch", .resource = "externalsecrets", .times = 1});
  password("v2");
  world.until("the new value", [this] { return auth().starts_with("v2-"); });
  const std::string made = version();
  world.until("the status", [&] { return status("inputsDigest") != digest; });
  EXPECT_EQ(version(), made);
  EXPECT_EQ(world.operator_requests("update", "secrets"), updates + 1);
}

TEST_F(RandomTemplates, KeepKeysThatARewriteMadeUp) {
  world.store(R"([{"key":"doc","value":"{\"a\":\"1\"}"}])");
  world.start_operator();
  world.until_ready("ss", "store", "True/Valid/store validated");
  world.external_secret(R"("target":{"name":"tgt"},"dataFrom":[{"extract":{"key":"doc"},
    "rewrite":[{"transform":{"template":"{{ .value }}-{{ randAlphaNum 8 }}"}}]}])");
  world.until_ready("es", "es", kSynced);
  const auto before = world.get("secret", "tgt");
  force();
  const auto after = world.get("secret", "tgt");
  EXPECT_EQ(*json::find(after, "data"), *json::find(before, "data"));
  EXPECT_EQ(json::find(after, "metadata.annotations")->as_object().at("force-sync").as_string(), "1")
      << "copied metadata follows all the same";
}

TEST_F(RandomTemplates, LeaveNothingInTheStatusOfOrdinaryOnes) {
  synced(R"("data":{"auth":"{{ .password }}"})");
  EXPECT_EQ(status("inputsDigest"), "");
  EXPECT_EQ(world.operator_requests("get", "secrets"), 0U) << "the digest key is not asked for";
  world.merge("es", "es", R"({"spec":{"target":{"template":{"data":{"auth":"{{ uuidv4 }}"}}}}})");
  world.until("a digest", [this] { return !status("inputsDigest").empty(); });
  world.merge("es", "es", R"({"spec":{"target":{"template":{"data":{"auth":"plain"}}}}})");
  world.until("none", [this] { return status("inputsDigest").empty(); });
}

}  // namespace
}  // namespace rotor::test
