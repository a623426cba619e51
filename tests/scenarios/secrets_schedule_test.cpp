// When and how often stores are asked: counted at the store.
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "apiserver/server/faults.hpp"
#include "base/encoding.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr std::string_view kNotFetched = "False/SecretSyncedError/could not get secret data from provider";

class SecretsSchedule : public testing::Test {
 protected:
  // A store whose back end is the API server itself, which counts and can be made slow.
  void kubernetes_store(const std::string& name, std::string_view token) {
    world.create("secret", name + "-creds", fmt::format(R"({{"data":{{"token":"{}"}}}})", base64_encode(token)));
    world.create("ss", name,
                 fmt::format(R"({{"spec":{{"provider":{{"kubernetes":{{"remoteNamespace":"ns",
      "server":{{"url":"{}","caBundle":"{}"}},
      "auth":{{"token":{{"bearerToken":{{"name":"{}-creds","key":"token"}}}}}}}}}}}}}})",
                             world.url(), base64_encode(world.ca_pem()), name));
  }
  void fake_store(std::string_view entries) { world.store(entries); }
  void object(const std::string& name, std::string_view store, std::string_view key) {
    world.create("es", name,
                 fmt::format(R"({{"spec":{{"secretStoreRef":{{"name":"{}"}},
      "data":[{{"secretKey":"a","remoteRef":{{"key":"{}"}}}}]}}}})",
                             store, key));
  }
  // The sum of the series whose line begins so and has all of it.
  double metric(std::string_view name, std::string_view labels) {
    std::istringstream lines(world.metrics().render());
    double sum = 0;
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with(name) || !line.contains(labels)) continue;
      sum += std::stod(line.substr(line.rfind(' ') + 1));
    }
    return sum;
  }
  double reads(std::string_view answered_by) {
    return metric("externalsecret_store_reads_total", fmt::format("answered_by=\"{}\"", answered_by));
  }

  SecretsWorld world;
};

TEST_F(SecretsSchedule, AsksOnceForAllObjectsThatReadTheSame) {
  fake_store(R"([{"key":"k-0","value":"v0"},{"key":"k-1","value":"v1"},{"key":"k-2","value":"v2"}])");
  for (int i = 0; i < 30; ++i) object(fmt::format("es-{}", i), "store", fmt::format("k-{}", i % 3));
  world.start_operator();
  for (int i = 0; i < 30; ++i) world.until_ready("es", fmt::format("es-{}", i), kSynced);
  EXPECT_EQ(reads("store"), 3);
  EXPECT_EQ(reads("shared"), 27);
  EXPECT_EQ(world.value("es-29", "a"), "v2");
}

TEST_F(SecretsSchedule, ReachesTheStoreForEveryForceSync) {
  fake_store(R"([{"key":"k","value":"v"}])");
  object("one", "store", "k");
  object("two", "store", "k");
  world.start_operator();
  world.until_ready("es", "one", kSynced);
  world.until_ready("es", "two", kSynced);
  EXPECT_EQ(reads("store"), 1);
  for (int times = 1; times <= 3; ++times) {
    world.merge("es", "two", fmt::format(R"({{"metadata":{{"annotations":{{"force-sync":"{}"}}}}}})", times));
    world.until("the forced read", [&] { return reads("store") >= 1 + times; });
    world.settle();
    EXPECT_EQ(reads("store"), 1 + times);
  }
}

TEST_F(SecretsSchedule, LetsAStoreThatHangsHoldUpNobodyElse) {
  kubernetes_store("slow", world.token());
  fake_store(R"([{"key":"k","value":"v"}])");
  world.create("secret", "quick", R"({"data":{"a":"eA=="}})");
  object("quick", "slow", "quick");
  for (int i = 0; i < 70; ++i) {
    const std::string name = fmt::format("hang-{}", i);
    world.create("secret", name, R"({"data":{"a":"eA=="}})");
    world.faults().add({.verb = "get",
                        .resource = "secrets",
                        .name = name,
                        .times = -1,
                        .kind = apiserver::Fault::Kind::kDelay,
                        .delay = std::chrono::seconds(60)});
  }
  world.start_operator();
  world.until_ready("es", "quick", kSynced);  // up to now it was a good store
  for (int i = 0; i < 70; ++i) object(fmt::format("es-{}", i), "slow", fmt::format("hang-{}", i));
  world.until("the slow store to be busy", [&] { return metric("externalsecret_store_reads_total", "slow") >= 8; });
  object("new", "store", "k");
  world.until_ready("es", "new", kSynced);
  EXPECT_LE(metric("externalsecret_store_reads_total", R"(name="slow",answered_by="store")"), 1 + 32)
      << "so many may be with one store";
}

TEST_F(SecretsSchedule, LeavesConnectionsToOtherStoresOfAHostWhereOneHangs) {
  kubernetes_store("slow", world.token());
  kubernetes_store("other", world.token());
  world.create("secret", "quick", R"({"data":{"a":"eA=="}})");
  object("quick", "slow", "quick");
  world.start_operator();
  world.until_ready("es", "quick", kSynced);  // up to now it was a good store
  for (int i = 0; i < 40; ++i) {
    std::string items;
    for (int n = 0; n < 4; ++n) {
      const std::string name = fmt::format("hang-{}-{}", i, n);
      world.faults().add({.verb = "get",
                          .resource = "secrets",
                          .name = name,
                          .times = -1,
                          .kind = apiserver::Fault::Kind::kDelay,
                          .delay = std::chrono::seconds(60)});
      items += fmt::format(R"({}{{"secretKey":"k{}","remoteRef":{{"key":"{}"}}}})", n == 0 ? "" : ",", n, name);
    }
    world.create("es", fmt::format("es-{}", i),
                 fmt::format(R"({{"spec":{{"secretStoreRef":{{"name":"slow"}},"data":[{}]}}}})", items));
  }
  world.until("the slow store to be busy", [&] { return metric("externalsecret_store_reads_total", "slow") >= 33; });
  object("new", "other", "quick");
  world.until_ready("es", "new", kSynced);
}

TEST_F(SecretsSchedule, LetsALoginThatHangsHoldUpNoOtherStore) {
  kubernetes_store("slow", world.token());
  fake_store(R"([{"key":"k","value":"v"}])");
  world.create("secret", "quick", R"({"data":{"a":"eA=="}})");
  object("quick", "slow", "quick");
  world.start_operator();
  world.until_ready("es", "quick", kSynced);  // up to now it was a good store
  world.faults().add({.verb = "get",
                      .resource = "secrets",
                      .name = "slow-creds",
                      .times = -1,
                      .kind = apiserver::Fault::Kind::kDelay,
                      .delay = std::chrono::seconds(60)});
  world.create("es", "both", R"({"spec":{"secretStoreRef":{"name":"store"},"data":[
      {"secretKey":"a","remoteRef":{"key":"new"},"sourceRef":{"storeRef":{"name":"slow"}}},
      {"secretKey":"b","remoteRef":{"key":"k"}}]}})");
  world.until("the login",
              [&] { return metric("externalsecret_store_reads_total", R"(name="slow",answered_by="store")") >= 2; });
  object("new", "store", "k");
  world.until_ready("es", "new", kSynced);
}

TEST_F(SecretsSchedule, ShowsWrongCredentialsOnceToAllObjectsOfAStore) {
  kubernetes_store("store", "wrong");
  for (int i = 0; i < 50; ++i) object(fmt::format("es-{}", i), "store", fmt::format("k-{}", i));
  world.start_operator();
  for (int i = 0; i < 50; ++i) world.until_ready("es", fmt::format("es-{}", i), kNotFetched);
  EXPECT_EQ(reads("store"), 1);
  EXPECT_LE(metric("externalsecret_provider_api_calls_count", "status=\"error\""), 10);
  EXPECT_EQ(metric("externalsecret_store_refused", "name=\"store\""), 1);
}

TEST_F(SecretsSchedule, TriesRefusedCredentialsForWhomAPersonAsks) {
  kubernetes_store("store", "wrong");
  world.create("secret", "k", R"({"data":{"a":"eA=="}})");
  object("es", "store", "k");
  world.start_operator();
  world.until_ready("es", "es", kNotFetched);
  world.merge("secret", "store-creds", fmt::format(R"({{"data":{{"token":"{}"}}}})", base64_encode(world.token())));
  world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(metric("externalsecret_store_refused", "name=\"store\""), 0);
}

TEST_F(SecretsSchedule, TakesARepairedCredentialAtOnce) {
  kubernetes_store("store", world.token());
  world.create("secret", "k", R"({"data":{"a":"eA=="}})");
  world.create("secret", "l", R"({"data":{"a":"eQ=="}})");
  object("before", "store", "k");
  world.start_operator();
  world.until_ready("es", "before", kSynced);
  world.merge("secret", "store-creds", R"({"data":{"token":"d3Jvbmc="}})");
  object("after", "store", "l");
  world.until_ready("es", "after", kNotFetched);
  world.until("the store to say so", [&] { return world.ready("ss", "store").contains("ValidationUnknown"); });
  world.merge("secret", "store-creds", fmt::format(R"({{"data":{{"token":"{}"}}}})", base64_encode(world.token())));
  world.until_ready("es", "after", kSynced);
  EXPECT_EQ(metric("externalsecret_store_refused", "name=\"store\""), 0);
}

TEST_F(SecretsSchedule, WakesWhoWaitsForAStoreThatIsMended) {
  world.create("ss", "store", R"({"spec":{"provider":{"fake":{"data":[],"validationResult":2}}}})");
  for (int i = 0; i < 30; ++i) object(fmt::format("es-{}", i), "store", "k");
  world.start_operator();
  for (int i = 0; i < 30; ++i) world.until_ready("es", fmt::format("es-{}", i), kNotFetched);
  world.merge("ss", "store",
              R"({"spec":{"provider":{"fake":{"data":[{"key":"k","value":"v"}],"validationResult":0}}}})");
  for (int i = 0; i < 30; ++i) world.until_ready("es", fmt::format("es-{}", i), kSynced);
  EXPECT_EQ(reads("store"), 1) << "all of them read the same";
}

TEST_F(SecretsSchedule, GivesANewObjectNoAnswerFromBeforeItWasMade) {
  kubernetes_store("store", world.token());
  world.create("secret", "k", R"({"data":{"a":"YmVmb3Jl"}})");
  object("one", "store", "k");
  world.start_operator();
  world.until_ready("es", "one", kSynced);
  world.merge("secret", "k", R"({"data":{"a":"YWZ0ZXI="}})");
  object("two", "store", "k");  // most likely in the same second
  world.until_ready("es", "two", kSynced);
  EXPECT_EQ(world.value("two", "a"), R"({"a":"after"})");
}

TEST_F(SecretsSchedule, MakesADeletedSecretAgainOfWhatTheStoreHoldsNow_Row37_Row75) {
  kubernetes_store("store", world.token());
  world.create("secret", "k", R"({"data":{"a":"YmVmb3Jl"}})");
  const std::map<std::string, std::string> policies{
      {"once", "CreatedOnce"}, {"changed", "OnChange"}, {"often", "Periodic"}};
  for (const auto& [name, policy] : policies) {
    object(name, "store", "k");
    world.merge("es", name, fmt::format(R"({{"spec":{{"refreshPolicy":"{}"}}}})", policy));
  }
  world.start_operator();
  for (const auto& [name, policy] : policies) world.until_ready("es", name, kSynced);
  world.merge("secret", "k", R"({"data":{"a":"YWZ0ZXI="}})");
  for (const auto& [name, policy] : policies) {
    world.remove("secret", name);
    world.until("the Secret", [&] { return !world.get("secret", name).is_null(); });
    EXPECT_EQ(world.value(name, "a"), R"({"a":"after"})") << policy;
  }
}

TEST_F(SecretsSchedule, UsesTheSecretThatAStorePointsAtAsItIsNow) {
  kubernetes_store("store", world.token());
  for (const char* key : {"k", "l", "m"}) world.create("secret", key, R"({"data":{"a":"eA=="}})");
  object("one", "store", "k");
  world.start_operator();
  world.until_ready("es", "one", kSynced);
  world.merge("secret", "store-creds", R"({"data":{"token":"d3Jvbmc="}})");
  object("two", "store", "l");
  world.until_ready("es", "two", kNotFetched);
  world.merge("secret", "store-creds", fmt::format(R"({{"data":{{"token":"{}"}}}})", base64_encode(world.token())));
  object("three", "store", "m");
  world.merge("es", "two", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
  world.until_ready("es", "two", kSynced);
  world.until_ready("es", "three", kSynced);
}

TEST_F(SecretsSchedule, ReadsFromTheStoreThatTookAnothersName) {
  kubernetes_store("store", world.token());
  world.create("secret", "k", R"({"data":{"a":"eA=="}})");
  object("one", "store", "k");
  world.start_operator();
  world.until_ready("es", "one", kSynced);
  world.remove("ss", "store");
  fake_store(R"([{"key":"k","value":"of the other"}])");
  world.merge("es", "one", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
  world.until("the other store's value", [&] { return world.value("one", "a") == "of the other"; });
}

}  // namespace
}  // namespace rotor::test
