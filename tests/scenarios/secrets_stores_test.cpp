// SecretStores and ClusterSecretStores: what a look at one says, who may read from one, and what several of them come
// to in one ExternalSecret.
#include <array>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/core/namespace.hpp"
#include "api/core/secret.hpp"
#include "api/externalsecrets/external_secret.hpp"
#include "api/externalsecrets/store.hpp"
#include "tests/scenarios/secrets_world.hpp"
#include "tests/scenarios/store_double.hpp"

namespace rotor::test {
namespace {

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr std::string_view kNotFetched = "False/SecretSyncedError/could not get secret data from provider";
constexpr std::string_view kValid = "True/Valid/store validated";
constexpr std::string_view kUnknown = "True/ValidationUnknown/could not determine validation status";
constexpr std::string_view kNs = "my-prod-1";
constexpr kube::Resource kEsKind = kube::kResource<api::es::ExternalSecret>;
constexpr kube::Resource kClusterStores = kube::kResource<api::es::ClusterSecretStore>;
constexpr kube::Resource kNamespaceKind = kube::kResource<api::Namespace>;

class SecretsStores : public testing::Test {
 protected:
  void cluster_store(std::string_view name, std::string_view value, std::string_view members = "") {
    world.create(kClusterStores, fmt::format(R"({{"metadata":{{"name":"{}"}},"spec":{{{}
      "provider":{{"fake":{{"data":[{{"key":"k","value":"{}"}}]}}}}}}}})",
                                             name, members, value));
  }
  void store(const std::string& name, std::string_view value, std::string_view members = "") {
    world.create("ss", name,
                 fmt::format(R"({{"spec":{{{}"provider":{{"fake":{{"data":[{{"key":"k","value":"{}"}}]}}}}}}}})",
                             members, value));
  }
  // Reads k of a ClusterSecretStore from another namespace than "ns".
  void elsewhere(std::string_view name, std::string_view store) {
    world.create(kEsKind, fmt::format(R"({{"metadata":{{"name":"{}","namespace":"{}"}},"spec":{{
      "secretStoreRef":{{"name":"{}","kind":"ClusterSecretStore"}},
      "data":[{{"secretKey":"a","remoteRef":{{"key":"k"}}}}]}}}})",
                                      name, kNs, store));
  }
  std::string standing(const std::string& name) {
    const auto es = world.get(kEsKind, {std::string(kNs), name});
    const auto* conditions = json::find(es, "status.conditions");
    if (conditions == nullptr) return "";
    const auto& ready = conditions->as_array().at(0);
    return fmt::format("{}/{}/{}", json::find_string(ready, "status"), json::find_string(ready, "reason"),
                       json::find_string(ready, "message"));
  }
  void until_stands(const std::string& name, std::string_view expected, std::string_view what) {
    world.until(what, [&] { return standing(name) == expected; });
  }
  // What the newest event of that reason says of this object.
  std::string said(std::string_view reason, std::string_view about, const std::string& ns = "ns") {
    std::string message;
    for (const auto& event : world.events(reason, ns)) {
      if (json::find_string(event, "involvedObject.name") == about) message = json::find_string(event, "message");
    }
    return message;
  }
  void namespace_labels(std::string_view labels) {
    world.merge(kNamespaceKind, {"", std::string(kNs)}, fmt::format(R"({{"metadata":{{"labels":{}}}}})", labels));
  }
  void force(const std::string& name, const std::string& ns = "ns") {
    world.merge(kEsKind, {ns, name},
                fmt::format(R"({{"metadata":{{"annotations":{{"force-sync":"{}"}}}}}})", ++asked_));
  }
  std::string capabilities(const std::string& name) {
    return std::string(json::find_string(world.get("ss", name), "status.capabilities"));
  }
  // As spec.provider.double.
  std::shared_ptr<StoreDouble> stock_double() {
    auto back_end = std::make_shared<StoreDouble>(world.clock());
    world.stock([back_end](auto& all) { all.add("double", std::make_unique<StoreDoubleProvider>(back_end)); });
    return back_end;
  }
  void make_namespace() {
    world.create(kNamespaceKind,
                 fmt::format(R"({{"metadata":{{"name":"{}","labels":{{"team":"a","tier":"2"}}}}}})", kNs));
  }

  SecretsWorld world;

 private:
  int asked_ = 0;
};

TEST_F(SecretsStores, ThatAreGoodSaySoAndWhatTheyCanDo_Row130) {
  store("store", "v");
  world.start_operator();
  world.until_ready("ss", "store", kValid);
  EXPECT_EQ(capabilities("store"), "ReadWrite");
  world.until("the event", [this] { return !said("Valid", "store").empty(); });
  EXPECT_EQ(said("Valid", "store"), "store validated");
  EXPECT_EQ(json::find_string(world.events("Valid").at(0), "type"), "Normal");
  EXPECT_EQ(json::find_string(world.events("Valid").at(0), "source.component"), "secret-store");
}

struct Permit {
  std::string_view what;
  std::string_view conditions;  // empty: the store has none
  bool allowed;
};
constexpr std::array<Permit, 15> kPermits = {{
    {"no conditions at all", "", true},
    {"a label", R"([{"namespaceSelector":{"matchLabels":{"team":"a"}}}])", true},
    {"another value of that label", R"([{"namespaceSelector":{"matchLabels":{"team":"b"}}}])", false},
    {"one label of two", R"([{"namespaceSelector":{"matchLabels":{"team":"a","tier":"1"}}}])", false},
    {"a label by an expression",
     R"([{"namespaceSelector":{"matchExpressions":[{"key":"team","operator":"In","values":["a","c"]}]}}])", true},
    {"a selector that wants nothing", R"([{"namespaceSelector":{}}])", true},
    {"a list with the name", R"([{"namespaces":["other","my-prod-1"]}])", true},
    {"a list without it", R"([{"namespaces":["other","my-prod"]}])", false},
    {"an expression that the name contains", R"([{"namespaceRegexes":["prod"]}])", true},
    {"an expression for the whole name", R"([{"namespaceRegexes":["^prod$"]}])", false},
    {"the second expression", R"([{"namespaceRegexes":["^prod$","^my-.*-[0-9]$"]}])", true},
    {"the last condition", R"([{"namespaces":["other"]},{"namespaceRegexes":["^x"]},{"namespaces":["my-prod-1"]}])",
     true},
    {"one member of a condition whose others do not match",
     R"([{"namespaceSelector":{"matchLabels":{"team":"b"}},"namespaces":["other"],"namespaceRegexes":["prod"]}])",
     true},
    {"several conditions of which none matches", R"([{"namespaces":["other"]},{"namespaceRegexes":["^x"]}])", false},
    {"a condition that says nothing", R"([{}])", false},
}};

TEST_F(SecretsStores, ServeTheNamespacesThatAnyMemberOfAnyConditionMatches_Row140_Row141_Row142_Row143) {
  make_namespace();
  for (std::size_t i = 0; i < kPermits.size(); ++i) {
    const std::string_view conditions = kPermits.at(i).conditions;
    cluster_store(fmt::format("s-{}", i), "v", conditions.empty() ? "" : fmt::format("\"conditions\":{},", conditions));
    elsewhere(fmt::format("e-{}", i), fmt::format("s-{}", i));
  }
  world.start_operator();
  for (std::size_t i = 0; i < kPermits.size(); ++i) {
    const std::string name = fmt::format("e-{}", i);
    until_stands(name, kPermits.at(i).allowed ? kSynced : kNotFetched, kPermits.at(i).what);
    if (kPermits.at(i).allowed) continue;
    world.until("the event", [&] { return !said("UpdateFailed", name, std::string(kNs)).empty(); });
    EXPECT_EQ(said("UpdateFailed", name, std::string(kNs)),
              fmt::format("error processing spec.data[0] (key: k), err: using cluster store \"s-{}\" is not allowed "
                          "from namespace \"my-prod-1\": denied by spec.condition",
                          i))
        << kPermits.at(i).what;
    EXPECT_TRUE(world.get(kube::kResource<api::Secret>, {std::string(kNs), name}).is_null()) << kPermits.at(i).what;
  }
}

TEST_F(SecretsStores, ServeANamespaceFromWhenItMatchesAndNoLongerThanThat_Row142) {
  make_namespace();
  cluster_store("s", "v", R"("conditions":[{"namespaceSelector":{"matchLabels":{"may":"read"}}}],)");
  elsewhere("e", "s");
  world.start_operator();
  until_stands("e", kNotFetched, "the refusal");
  namespace_labels(R"({"may":"read"})");
  force("e", std::string(kNs));
  until_stands("e", kSynced, "the permission");
  namespace_labels(R"({"may":null})");
  force("e", std::string(kNs));
  until_stands("e", kNotFetched, "the end of it");
  EXPECT_FALSE(world.get(kube::kResource<api::Secret>, {std::string(kNs), "e"}).is_null()) << "what was read stays";
}

TEST_F(SecretsStores, AreReadFromEvenWhereALookSaysNothingForSure_Row132) {
  world.create("ss", "store",
               R"({"spec":{"provider":{"fake":{"data":[{"key":"k","value":"v"}],"validationResult":1}}}})");
  world.external_secret(R"("data":[{"secretKey":"a","remoteRef":{"key":"k"}}])");
  world.start_operator();
  world.until_ready("ss", "store", kUnknown);
  world.until("the event", [this] { return !said("ValidationUnknown", "store").empty(); });
  EXPECT_EQ(said("ValidationUnknown", "store"), "unable to validate");
  EXPECT_EQ(json::find_string(world.events("ValidationUnknown").at(0), "type"), "Warning");
  EXPECT_EQ(capabilities("store"), "");
  world.until_ready("es", "es", kSynced);
  world.merge("ss", "store", R"({"spec":{"provider":{"fake":{"validationResult":0}}}})");
  world.until_ready("ss", "store", kValid);
  EXPECT_EQ(capabilities("store"), "ReadWrite");
  world.merge("ss", "store", R"({"spec":{"provider":{"fake":{"validationResult":1}}}})");
  world.until_ready("ss", "store", kUnknown);
  EXPECT_EQ(capabilities("store"), "ReadWrite") << "what is not known is not written";
}

TEST_F(SecretsStores, AreOpenedOncePerPassAndAnewWhenTheyWereEdited_Row144) {
  const auto back_end = stock_double();
  world.create("ss", "store", R"({"spec":{"provider":{"double":{"one":"1","two":"2","three":"3"}}}})");
  world.start_operator();
  world.until_ready("ss", "store", kValid);
  world.settle();
  const int looked = back_end->clients;
  world.external_secret(R"("data":[{"secretKey":"a","remoteRef":{"key":"one"}},
    {"secretKey":"b","remoteRef":{"key":"two"},"sourceRef":{"storeRef":{"name":"store"}}},
    {"secretKey":"c","remoteRef":{"key":"three"},"sourceRef":{"storeRef":{"name":"store","kind":"SecretStore"}}}])");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("es", "a") + world.value("es", "b") + world.value("es", "c"), "123");
  EXPECT_EQ(back_end->clients, looked + 1);
  EXPECT_EQ(back_end->reads.size(), 3U);
  world.merge("ss", "store", R"({"spec":{"provider":{"double":{"two":"22"}}}})");
  world.settle();
  const int looked_again = back_end->clients;
  force("es");
  world.until("the edited store's value", [this] { return world.value("es", "b") == "22"; });
  EXPECT_EQ(back_end->clients, looked_again + 1) << "of the generation before there is none in use";
}

TEST_F(SecretsStores, AreEachFoundInTheScopeOfTheirKind_Row207) {
  cluster_store("wide", "of the cluster");
  cluster_store("both", "both of the cluster");
  store("narrow", "of the namespace");
  store("both", "both of the namespace");
  world.create("es", "es", R"({"spec":{"secretStoreRef":{"name":"wide","kind":"ClusterSecretStore"},"data":[
    {"secretKey":"a","remoteRef":{"key":"k"}},
    {"secretKey":"b","remoteRef":{"key":"k"},"sourceRef":{"storeRef":{"name":"narrow","kind":"SecretStore"}}},
    {"secretKey":"c","remoteRef":{"key":"k"},"sourceRef":{"storeRef":{"name":"both"}}},
    {"secretKey":"d","remoteRef":{"key":"k"},"sourceRef":{"storeRef":{"name":"both","kind":"ClusterSecretStore"}}}]}})");
  world.start_operator();
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("es", "a"), "of the cluster");
  EXPECT_EQ(world.value("es", "b"), "of the namespace");
  EXPECT_EQ(world.value("es", "c"), "both of the namespace");
  EXPECT_EQ(world.value("es", "d"), "both of the cluster");
}

// Whichever of them is another controller's, and wherever it is named: that one acts on all of it, or nobody.
TEST_F(SecretsStores, OfAnotherClassAreSeenBehindAClusterStoreToo_Row207_Row138) {
  cluster_store("wide", "v");
  cluster_store("wide-theirs", "v", R"("controller":"other",)");
  store("narrow", "v");
  store("theirs", "v", R"("controller":"other",)");
  constexpr std::string_view kBehind = R"({{"spec":{{"secretStoreRef":{{"name":"{}","kind":"{}"}},
    "dataFrom":[{{"find":{{"name":{{"regexp":"k"}}}},"sourceRef":{{"storeRef":{{"name":"{}","kind":"{}"}}}}}}],
    "data":[{{"secretKey":"a","remoteRef":{{"key":"k"}}}}]}}}})";
  world.create("es", "behind-wide", fmt::format(kBehind, "wide", "ClusterSecretStore", "theirs", "SecretStore"));
  world.create("es", "behind-narrow",
               fmt::format(kBehind, "narrow", "SecretStore", "wide-theirs", "ClusterSecretStore"));
  world.create("es", "ours", fmt::format(kBehind, "wide", "ClusterSecretStore", "narrow", "SecretStore"));
  world.start_operator();
  world.until_ready("es", "ours", kSynced);
  world.settle();
  for (const char* name : {"behind-wide", "behind-narrow"}) {
    EXPECT_EQ(world.ready("es", name), "") << name;
    EXPECT_TRUE(world.get("secret", name).is_null()) << name;
  }
}

TEST_F(SecretsStores, ThatNobodyMaintainsAreWarnedOfOnce) {
  store("store", "v");
  cluster_store("wide", "v");
  world.start_operator();
  constexpr std::string_view kWarning = "store isn't currently maintained. Please plan and prepare accordingly.";
  world.until("both warnings", [&] {
    return said("StoreUnmaintained", "store") == kWarning && said("StoreUnmaintained", "wide", "default") == kWarning;
  });
  EXPECT_EQ(json::find_string(world.events("StoreUnmaintained").at(0), "type"), "Warning");
  world.merge("ss", "store", R"({"metadata":{"labels":{"looked":"again"}}})");
  world.settle();
  EXPECT_EQ(world.events("StoreUnmaintained").size(), 1U);
  EXPECT_EQ(world.events("StoreUnmaintained").at(0).at("count").to_number<int>(), 1) << "not with each look";
}

TEST_F(SecretsStores, ThatAreAboutToGoAreWarnedOf) {
  stock_double()->maintenance = providers::Maintenance::kDeprecated;
  world.create("ss", "store", R"({"spec":{"provider":{"double":{}}}})");
  world.start_operator();
  world.until("the warning", [this] { return !said("StoreDeprecated", "store").empty(); });
  EXPECT_EQ(said("StoreDeprecated", "store"),
            "store is deprecated and will be removed on the next minor release. Please plan and prepare accordingly.");
  EXPECT_EQ(json::find_string(world.events("StoreDeprecated").at(0), "type"), "Warning");
  world.until_ready("ss", "store", kValid);
}

TEST_F(SecretsStores, AreNotWarnedOfWhereAnAnnotationOfAnyValueSaysSo) {
  stock_double()->maintenance = providers::Maintenance::kDeprecated;
  constexpr std::string_view kQuiet = R"("metadata":{"annotations":{"external-secrets.io/ignore-maintenance-checks":)";
  world.create("ss", "fake",
               fmt::format(R"({{{}"false"}}}},"spec":{{"provider":{{"fake":{{"data":[]}}}}}}}})", kQuiet));
  world.create("ss", "double", fmt::format(R"({{{}""}}}},"spec":{{"provider":{{"double":{{}}}}}}}})", kQuiet));
  world.start_operator();
  world.until("both looks", [this] { return !said("Valid", "fake").empty() && !said("Valid", "double").empty(); });
  world.settle();
  EXPECT_TRUE(world.events("StoreUnmaintained").empty());
  EXPECT_TRUE(world.events("StoreDeprecated").empty());
}

}  // namespace
}  // namespace rotor::test
