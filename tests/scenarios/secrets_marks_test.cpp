// What a Secret carries besides its values: labels, annotations, the hash, its owner and who wrote what.
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "json/object_hash.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr std::string_view kMark = "reconcile.external-secrets.io/";

class SecretsMarks : public testing::Test {
 protected:
  void start() {
    world.store(R"([{"key":"remote","value":"someValue"}])");
    world.start_operator();
    world.until_ready("ss", "store", "True/Valid/store validated");
  }
  void make(const std::string& name, std::string_view target, std::string_view metadata = "{}") {
    world.create("es", name,
                 fmt::format(R"({{"metadata":{},"spec":{{"secretStoreRef":{{"name":"store"}},
      "target":{},"data":[{{"secretKey":"targetProperty","remoteRef":{{"key":"remote"}}}}]}}}})",
                             metadata, target));
    world.until_ready("es", name, kSynced);
  }
  json::Object all(std::string_view what) {
    const auto secret = world.get("secret", "tgt");
    const auto* found = json::find(secret, fmt::format("metadata.{}", what));
    return found == nullptr ? json::Object() : found->as_object();
  }

  SecretsWorld world;
};

TEST_F(SecretsMarks, OfALongNameAreShortEnough_Row3) {
  const std::string name(80, 'n');
  start();
  make(name, R"({"name":"tgt"})");
  EXPECT_EQ(world.value("tgt", "targetProperty"), "someValue");
  const auto labels = all("labels");
  EXPECT_EQ(labels.at(fmt::format("{}created-by", kMark)).as_string(), json::object_hash("ns/" + name));
  for (const auto& [key, value] : labels) EXPECT_LE(value.as_string().size(), 63U) << key;
  const auto secret = world.get("secret", "tgt");
  EXPECT_EQ(json::find(secret, "metadata.managedFields")->as_array().at(0).at("manager").as_string(),
            fmt::format("externalsecrets.external-secrets.io/sha3/{}", json::object_hash(name)));
}

TEST_F(SecretsMarks, AreAllThereIsBesideATemplate_Row6) {
  start();
  make("es", R"({"name":"tgt","template":{}})", R"({"labels":{"l1":"x"},"annotations":{"an1":"y"}})");
  EXPECT_EQ(world.value("tgt", "targetProperty"), "someValue");
  const auto labels = all("labels");
  EXPECT_FALSE(labels.contains("l1"));
  EXPECT_TRUE(labels.contains(fmt::format("{}managed", kMark)));
  EXPECT_TRUE(labels.contains(fmt::format("{}created-by", kMark)));
  const auto annotations = all("annotations");
  EXPECT_FALSE(annotations.contains("an1"));
  EXPECT_TRUE(annotations.contains(fmt::format("{}data-hash", kMark)));
}

TEST_F(SecretsMarks, HashTheDataAsItWasAlwaysHashed_Row9) {
  start();
  make("es", R"({"name":"tgt"})");
  EXPECT_EQ(all("annotations").at(fmt::format("{}data-hash", kMark)).as_string(),
            "03a707af0159f9cbff01ece86d3f85a3d7c3a11b512f5e7fc90bd042");
}

// The second owner keeps it from going with the first one, whoever comes first: the garbage collector or we.
TEST_F(SecretsMarks, OfAnEarlierSelfAreReplaced_Row16) {
  start();
  world.create("cm", "holder", R"({"data":{}})");
  constexpr std::string_view kEarlier = "2d8f0f6e-6f0b-4a0e-8f7a-0d1c5f4f4c11";
  world.create("secret", "tgt",
               fmt::format(R"({{"metadata":{{
    "labels":{{"{0}managed":"true","{0}created-by":"{1}"}},"ownerReferences":[
      {{"apiVersion":"external-secrets.io/v1","kind":"ExternalSecret","name":"es","uid":"{2}","controller":true}},
      {{"apiVersion":"v1","kind":"ConfigMap","name":"holder","uid":"{3}"}}]}},"data":{{"old":"eA=="}}}})",
                           kMark, json::object_hash(std::string_view("ns/es")), kEarlier,
                           json::find_string(world.get("cm", "holder"), "metadata.uid")));
  const std::string uid(json::find_string(world.get("secret", "tgt"), "metadata.uid"));
  make("es", R"({"name":"tgt"})");
  world.settle();
  const auto secret = world.get("secret", "tgt");
  EXPECT_EQ(json::find_string(secret, "metadata.uid"), uid);
  EXPECT_EQ(world.value("tgt", "targetProperty"), "someValue");
  EXPECT_EQ(world.value("tgt", "old"), "");
  std::string controller;
  for (const auto& owner : json::find(secret, "metadata.ownerReferences")->as_array()) {
    EXPECT_NE(json::find_string(owner, "uid"), kEarlier);
    if (owner.as_object().contains("controller")) controller = json::find_string(owner, "uid");
  }
  EXPECT_EQ(controller, json::find_string(world.get("es", "es"), "metadata.uid"));
}

}  // namespace
}  // namespace rotor::test
