// spec.target.manifest: objects of other kinds than Secret.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "json/yaml.hpp"
#include "tests/fakes/markdown.hpp"
#include "tests/fakes/source_dir.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kSynced = "True/ResourceSynced/secret synced";
constexpr std::string_view kTwo = R"([{"key":"one","value":"1"},{"key":"two","value":"two"}])";
constexpr std::string_view kData =
    R"("data":[{"secretKey":"a","remoteRef":{"key":"one"}},{"secretKey":"b","remoteRef":{"key":"two"}}])";
constexpr std::string_view kConfigMap = R"("manifest":{"apiVersion":"v1","kind":"ConfigMap"})";
constexpr std::string_view kWidget = R"("manifest":{"apiVersion":"example.com/v1","kind":"Widget"})";

class SecretsGenericTargets : public testing::Test {
 protected:
  void start(std::string_view entries = kTwo, bool allowed = true) {
    world.store(entries);
    secrets::Options options;
    options.generic_targets = allowed;
    world.start_operator(std::move(options));
    world.until_ready("ss", "store", "True/Valid/store validated");
  }
  void begin(std::string_view target, std::string_view entries = kTwo) {
    start(entries);
    world.external_secret(fmt::format(R"("target":{{"name":"tgt",{}}},{})", target, kData));
  }
  void force() {
    world.merge("es", "es", fmt::format(R"({{"metadata":{{"annotations":{{"force-sync":"{}"}}}}}})", ++asked));
  }
  void store_has(std::string_view entries) {
    world.merge("ss", "store", fmt::format(R"({{"spec":{{"provider":{{"fake":{{"data":{}}}}}}}}})", entries));
    force();
  }
  std::string at(std::string_view kind, std::string_view path) {
    const auto object = world.get(kind, "tgt");
    const auto* value = json::find(object, path);
    return value == nullptr ? "" : json::serialize(*value);
  }
  std::string told(std::string_view reason) {
    world.until(reason, [&] { return !world.events(reason).empty(); });
    return std::string(json::find_string(world.events(reason).front(), "message"));
  }

  SecretsWorld world;
  int asked = 0;
};

TEST_F(SecretsGenericTargets, AreRefusedUnlessTheyAreAllowed_Row185) {
  start(kTwo, false);
  world.external_secret(fmt::format(R"("target":{{"name":"tgt",{}}},{})", kConfigMap, kData));
  world.until_ready("es", "es", "False/SecretSyncedError/invalid generic target");
  EXPECT_EQ(told("UpdateFailed"), "generic targets are disabled. Enable with --unsafe-allow-generic-targets flag");
  const auto writes = world.operator_writes();
  world.settle();
  EXPECT_EQ(world.operator_writes(), writes);
  EXPECT_TRUE(world.get("cm", "tgt").is_null());
  EXPECT_EQ(world.operator_requests("list", "configmaps"), 0U);
}

TEST_F(SecretsGenericTargets, HoldPlainValuesAndTheMarksOfASecret_Row186) {
  begin(kConfigMap);
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(at("cm", "data"), R"({"a":"1","b":"two"})");
  const auto object = world.get("cm", "tgt");
  const auto& labels = json::find(object, "metadata.labels")->as_object();
  EXPECT_EQ(labels.at("reconcile.external-secrets.io/managed"), "true");
  EXPECT_TRUE(labels.contains("reconcile.external-secrets.io/created-by"));
  const auto& owner = json::find(object, "metadata.ownerReferences")->as_array().at(0);
  EXPECT_EQ(json::find_string(owner, "name"), "es");
  EXPECT_EQ(json::find_string(owner, "apiVersion"), "external-secrets.io/v1");
  EXPECT_EQ(told("Created"), "Created ConfigMap tgt");
  EXPECT_EQ(json::find(world.get("es", "es"), "status.binding"), nullptr) << "a binding is a Secret";
}

TEST_F(SecretsGenericTargets, AreRepairedAtOnce) {
  begin(kConfigMap);
  world.until_ready("es", "es", kSynced);
  world.merge("cm", "tgt", R"({"data":{"a":"edited"}})");
  world.until("our value again", [this] { return at("cm", "data.a") == R"("1")"; });
  EXPECT_EQ(told("Updated"), "Updated ConfigMap tgt");
  world.remove("cm", "tgt");
  world.until("a new one", [this] { return at("cm", "data.a") == R"("1")"; });
}

TEST_F(SecretsGenericTargets, CostOneWatchAKind) {
  begin(kConfigMap);
  world.until_ready("es", "es", kSynced);
  world.create(
      "es", "second",
      fmt::format(R"({{"spec":{{"secretStoreRef":{{"name":"store"}},"target":{{{}}},{}}}}})", kConfigMap, kData));
  world.until_ready("es", "second", kSynced);
  world.settle();
  EXPECT_EQ(world.operator_requests("list", "configmaps"), 1U);
  EXPECT_EQ(world.operator_requests("watch", "configmaps"), 1U);
}

TEST_F(SecretsGenericTargets, KeepNumbersAndLeaveTheServersDefaultsAlone_Row187_Row189) {
  world.install_widgets();
  begin(fmt::format(R"({},"template":{{"templateFrom":[
      {{"target":"spec","literal":"user: {{{{ .b }}}}\nport: {{{{ .a }}}}"}},
      {{"target":"spec.rules[1].notRemoteIpBlocks","literal":"[{{{{ .b }}}}]"}}]}})",
                    kWidget));
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(at("widget", "spec.user") + at("widget", "spec.port") + at("widget", "spec.ttl"), R"("two"130)");
  EXPECT_EQ(at("widget", "spec.rules"), R"([null,{"notRemoteIpBlocks":["two"]}])");
  world.settle();
  const auto version = at("widget", "metadata.resourceVersion");
  const auto writes = world.operator_writes();
  world.settle();
  EXPECT_EQ(world.operator_writes(), writes) << "what the server added is no edit";
  force();
  world.until("another refresh", [&] { return world.operator_writes() > writes; });
  world.settle();
  EXPECT_EQ(world.operator_writes(), writes + 1) << "the status";
  world.stop_operator();
  secrets::Options options;
  options.generic_targets = true;
  world.start_operator(options);
  world.settle();
  EXPECT_EQ(at("widget", "metadata.resourceVersion"), version) << "after a restart as well";
  world.merge("widget", "tgt", R"({"spec":{"user":"mallory"}})");
  world.until("our value again", [this] { return at("widget", "spec.user") == R"("two")"; });
}

// A generator's values are made anew at every refresh: a restart is none.
TEST_F(SecretsGenericTargets, KeepWhatAGeneratorMadeWhenTheOperatorStartsAgain) {
  world.install_widgets();
  world.create("Password", "pw", R"({"spec":{"digits":0,"symbols":0,"noUpper":true,"length":16}})");
  start();
  world.external_secret(fmt::format(
      R"("target":{{"name":"tgt",{},"template":{{"templateFrom":[{{"target":"spec","literal":"user: {{{{ .password }}}}"}}]}}}},
         "dataFrom":[{{"sourceRef":{{"generatorRef":{{"kind":"Password","name":"pw"}}}}}}])",
      kWidget));
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(at("widget", "spec.ttl"), "30") << "the server's default, else nothing is shown";
  const std::string made = at("widget", "spec.user");
  const auto version = at("widget", "metadata.resourceVersion");
  world.stop_operator();
  secrets::Options options;
  options.generic_targets = true;
  world.start_operator(options);
  world.settle();
  world.settle();
  EXPECT_EQ(at("widget", "spec.user"), made);
  EXPECT_EQ(at("widget", "metadata.resourceVersion"), version);
  world.merge("widget", "tgt", R"({"spec":{"ttl":31}})");
  world.until("another run", [&] { return at("widget", "spec.ttl") == "30"; });
  EXPECT_NE(at("widget", "spec.user"), made) << "an edit is put right";
}

TEST_F(SecretsGenericTargets, HoldNoValuesBesideATemplate_Row188) {
  begin(fmt::format(R"({},"template":{{"metadata":{{"labels":{{"l":"x"}}}}}})", kConfigMap));
  world.until_ready("es", "es", kSynced);
  EXPECT_THAT(at("cm", "data"), testing::AnyOf("", "{}"));
  EXPECT_EQ(at("cm", "metadata.labels.l"), R"("x")");
}

TEST_F(SecretsGenericTargets, AreWatchedByTheirSpecAloneWhereTheyHaveOne_Row190) {
  world.install_widgets();
  begin(fmt::format(R"({},"template":{{"templateFrom":[{{"target":"spec","literal":"user: {{{{ .b }}}}\nttl: 5"}}],
                    "data":{{"k":"{{{{ .a }}}}"}}}})",
                    kWidget));
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(at("widget", "data.k"), R"("1")");
  world.merge("widget", "tgt", R"({"data":{"k":"edited"}})");
  world.settle();
  EXPECT_EQ(at("widget", "data.k"), R"("edited")") << "no part of the hash";
  force();
  world.until("our value again", [this] { return at("widget", "data.k") == R"("1")"; });
}

TEST_F(SecretsGenericTargets, OfKindSecretHoldWhatASecretHolds_Q12) {
  begin(R"("manifest":{"apiVersion":"v1","kind":"Secret"})");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "a") + world.value("tgt", "b"), "1two");
  EXPECT_EQ(told("Created"), "Created Secret tgt");
}

TEST_F(SecretsGenericTargets, SayThatTheirKindIsNotServedAndWorkOnceItIs) {
  begin(kWidget);
  world.until_ready("es", "es", "False/ResourceSyncedError/could not get target resource");
  EXPECT_EQ(
      told("UpdateFailed"),
      "spec.target.manifest.kind: the API server serves no Widget of example.com/v1; correct kind and apiVersion, "
      "or install its CustomResourceDefinition");
  world.install_widgets();
  force();
  world.until_ready("es", "es", kSynced);
}

TEST_F(SecretsGenericTargets, OfTheWholeClusterAreRefused) {
  begin(R"("manifest":{"apiVersion":"v1","kind":"Namespace"})");
  world.until_ready("es", "es", "False/SecretSyncedError/invalid generic target");
  EXPECT_THAT(told("UpdateFailed"), HasSubstr("Namespace of v1 belongs to the whole cluster"));
}

TEST_F(SecretsGenericTargets, TellNoValueThatAServerRefuses) {
  world.install_widgets();
  begin(
      fmt::format(R"({},"template":{{"templateFrom":[{{"target":"spec","literal":"user: {{{{ .b }}}}"}}]}})", kWidget),
      R"([{"key":"one","value":"1"},{"key":"two","value":"Canary-5B1F"}])");
  world.until_ready("es", "es", "False/ResourceSyncedError/could not update secret");
  const auto message = told("UpdateFailed");
  EXPECT_THAT(message, HasSubstr("could not create Widget tgt: the API server answered 422 Invalid for spec.user"));
  EXPECT_THAT(message, Not(HasSubstr("Canary")));
}

TEST_F(SecretsGenericTargets, KeepTheKeysOfOthersWhenTheyMerge) {
  world.create("cm", "tgt", R"({"metadata":{"labels":{"theirs":"x"}},"data":{"c":"3"}})");
  begin(fmt::format(R"({},"creationPolicy":"Merge")", kConfigMap));
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(*json::find(world.get("cm", "tgt"), "data"), json::parse(R"({"c":"3","a":"1","b":"two"})").value());
  EXPECT_EQ(at("cm", "metadata.ownerReferences"), "");
  EXPECT_EQ(at("cm", "metadata.labels.theirs"), R"("x")");
  world.merge("es", "es", R"({"spec":{"data":[{"secretKey":"a","remoteRef":{"key":"one"}}]}})");
  world.until("our key to go", [this] { return at("cm", "data.b").empty(); });
  EXPECT_EQ(at("cm", "data.c"), R"("3")");
}

// Q11: a write replaces what it holds, and takes nothing from those who marked it.
TEST_F(SecretsGenericTargets, KeepTheMarksOfOthersWhenTheyAreOwned) {
  begin(kConfigMap);
  world.until_ready("es", "es", kSynced);
  world.merge(
      "cm", "tgt",
      R"({"metadata":{"labels":{"theirs":"x"},"annotations":{"theirs":"y"},"finalizers":["example.com/theirs"]}})");
  store_has(R"([{"key":"one","value":"changed"},{"key":"two","value":"two"}])");
  world.until("the new value", [this] { return at("cm", "data.a") == R"("changed")"; });
  EXPECT_EQ(at("cm", "metadata.labels.theirs"), R"("x")");
  EXPECT_EQ(at("cm", "metadata.annotations.theirs"), R"("y")");
  EXPECT_EQ(at("cm", "metadata.finalizers"), R"(["example.com/theirs"])");
  EXPECT_NE(at("cm", "metadata.ownerReferences"), "");
}

TEST_F(SecretsGenericTargets, AreNotMadeByMerge) {
  begin(fmt::format(R"({},"creationPolicy":"Merge")", kConfigMap));
  world.until_ready("es", "es", "True/ResourceMissing/resource will not be created due to CreationPolicy=Merge");
}

TEST_F(SecretsGenericTargets, GoWhenTheStoreHasNothingLeft) {
  begin(fmt::format(R"({},"deletionPolicy":"Delete")", kConfigMap));
  world.until_ready("es", "es", kSynced);
  store_has("[]");
  world.until_ready("es", "es", "True/ResourceDeleted/secret deleted due to DeletionPolicy=Delete");
  EXPECT_TRUE(world.get("cm", "tgt").is_null());
  EXPECT_EQ(told("Deleted"), "Deleted ConfigMap tgt");
}

TEST_F(SecretsGenericTargets, OfAnotherControllerAreLeftToIt_Q11) {
  world.create("cm", "tgt", R"({"metadata":{"ownerReferences":[{"apiVersion":"example.com/v1","kind":"Other","name":"o",
    "uid":"u-1","controller":true}]},"data":{"c":"3"}})");
  begin(fmt::format(R"({},"deletionPolicy":"Delete")", kConfigMap));
  world.until_ready("es", "es", "False/ResourceSyncedError/failed to take ownership of target secret");
  EXPECT_EQ(at("cm", "data"), R"({"c":"3"})");
  world.remove("es", "es");
  world.until("the ExternalSecret to go", [this] { return world.get("es", "es").is_null(); });
  EXPECT_FALSE(world.get("cm", "tgt").is_null());
}

TEST_F(SecretsGenericTargets, GoWithTheirExternalSecretWhenItSaysSo) {
  begin(fmt::format(R"({},"deletionPolicy":"Delete")", kConfigMap));
  world.until_ready("es", "es", kSynced);
  world.remove("es", "es");
  world.until("both to go", [this] { return world.get("es", "es").is_null() && world.get("cm", "tgt").is_null(); });
}

// docs/generic-targets.md: after each ExternalSecret stands what comes of it.
bool includes(const json::Value& object, const json::Value& part) {
  if (!part.is_object()) return object == part;
  if (!object.is_object()) return false;
  return std::ranges::all_of(part.as_object(), [&](const auto& member) {
    const auto* there = object.as_object().if_contains(member.key());
    return there != nullptr && includes(*there, member.value());
  });
}

TEST_F(SecretsGenericTargets, AreWhatTheirPageSays) {
  world.install_widgets();
  start(R"([{"key":"app/database","value":"{\"host\":\"db.example.com\",\"port\":\"5432\",\"user\":\"ada\"}"}])");
  std::string made;
  int shown = 0;
  for (const Fence& fence : parse_markdown(read_file(source_path("docs/generic-targets.md"))).fences) {
    if (fence.info != "yaml") continue;
    const json::Value document = json::parse_yaml(fence.text).value();
    if (json::find_string(document, "kind") == "ExternalSecret") {
      made = json::find_string(document, "metadata.name");
      world.create("es", made, json::serialize(json::Object{{"spec", *json::find(document, "spec")}}));
      continue;
    }
    world.until_ready("es", made, kSynced);
    const auto kind = json::find_string(document, "kind");
    const auto object = world.get(kind == "ConfigMap" ? "cm"
                                  : kind == "Secret"  ? "secret"
                                                      : "widget",
                                  std::string(json::find_string(document, "metadata.name")));
    EXPECT_TRUE(includes(object, document)) << "line " << fence.line << ": " << json::serialize(object);
    ++shown;
  }
  EXPECT_GE(shown, 3);
}

}  // namespace
}  // namespace rotor::test
