// An ExternalSecret is deleted: what holds it, what goes with it, and what a pass does that is under way meanwhile.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "apiserver/server/faults.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

using apiserver::Fault;

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr std::string_view kData = R"("data":[{"secretKey":"a","remoteRef":{"key":"remote"}}])";
constexpr std::string_view kOurs = "externalsecrets.external-secrets.io/externalsecret-cleanup";

class SecretsDeletion : public testing::Test {
 protected:
  void begin() {
    world.store(R"([{"key":"remote","value":"v1"}])");
    world.start_operator();
    world.until_ready("ss", "store", "True/Valid/store validated");
  }
  static std::string target(std::string_view policies) {
    return fmt::format(R"("target":{{"name":"tgt"{}}},{})", policies, kData);
  }
  std::string finalizers() {
    const auto es = world.get("es", "es");
    const auto* all = json::find(es, "metadata.finalizers");
    return all == nullptr ? "none" : json::serialize(*all);
  }
  void until_gone() {
    world.until("the ExternalSecret to go", [this] { return world.get("es", "es").is_null(); });
  }
  // Holds the operator's next call of this kind up, until the ExternalSecret is deleted.
  void delete_during(std::string verb, std::string resource) {
    world.faults().add(
        {.verb = verb, .resource = resource, .kind = Fault::Kind::kDelay, .delay = std::chrono::seconds(1)});
    begin_pass();
    world.until("the call", [this] { return world.faults().hits() > 0; });
    world.remove("es", "es");
    until_gone();
  }
  std::function<void()> begin_pass;
  SecretsWorld world;
};

TEST_F(SecretsDeletion, IsHeldUpByNothingWhereItHasNoWorkToDo) {
  begin();
  world.external_secret(target(""));
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(finalizers(), "none");
  world.remove("es", "es");
  EXPECT_TRUE(world.get("es", "es").is_null()) << "at once";
  world.until("the Secret to go with its owner", [this] { return world.get("secret", "tgt").is_null(); });
  EXPECT_EQ(world.operator_requests("delete", "secrets"), 0U);
  world.until("the series to go", [this] {
    return !world.metrics().render().contains(
        R"(externalsecret_status_condition{name="es",namespace="ns",condition="Ready")");
  });
}

TEST_F(SecretsDeletion, WaitsForUsWithDeletionPolicyDelete_Row21) {
  begin();
  world.external_secret(target(R"(,"deletionPolicy":"Delete")"));
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(finalizers(), fmt::format(R"(["{}"])", kOurs));
  world.remove("es", "es");
  until_gone();
  EXPECT_TRUE(world.get("secret", "tgt").is_null()) << "it went first";
}

TEST_F(SecretsDeletion, OfWhatAnotherHoldsIsPreparedAgainWithoutAFinalizerOfOurs_Row22) {
  constexpr std::string_view kTheirs = R"(["example.com/theirs"])";
  begin();
  world.external_secret(target(R"(,"deletionPolicy":"Delete")"));
  world.until_ready("es", "es", kSynced);
  const std::string uid(json::find_string(world.get("es", "es"), "metadata.uid"));
  world.merge("es", "es", fmt::format(R"({{"metadata":{{"finalizers":["example.com/theirs","{}"]}}}})", kOurs));
  world.remove("es", "es");
  world.until("our part to be over", [&] { return finalizers() == kTheirs && world.get("secret", "tgt").is_null(); });
  world.create("secret", "tgt",
               fmt::format(R"({{"metadata":{{
    "labels":{{"reconcile.external-secrets.io/managed":"true"}},"ownerReferences":[{{"kind":"ExternalSecret",
    "apiVersion":"external-secrets.io/v1","name":"es","uid":"{}","controller":true}}]}},"data":{{"a":"eA=="}}}})",
                           uid));
  world.until("another Secret of its to go", [this] { return world.get("secret", "tgt").is_null(); });
  world.settle();
  EXPECT_EQ(finalizers(), kTheirs);
  world.merge("es", "es", R"({"metadata":{"finalizers":null}})");
  until_gone();
}

TEST_F(SecretsDeletion, IsPreparedForWhenTheSpecChangesWithoutAnotherRefresh) {
  begin();
  world.external_secret(fmt::format(R"("refreshInterval":"0",{})", target("")));
  world.until_ready("es", "es", kSynced);
  world.merge("es", "es", R"({"spec":{"target":{"deletionPolicy":"Delete"}}})");
  world.until("the finalizer", [this] { return finalizers().contains(kOurs); });
}

TEST_F(SecretsDeletion, LetsGoOfAnObjectThatWasTakenOverWithTheFinalizer_Row20) {
  begin();
  world.create(
      "es", "es",
      fmt::format(R"({{"metadata":{{"finalizers":["{}"]}},"spec":{{"secretStoreRef":{{"name":"store"}},{}}}}})", kOurs,
                  target(R"(,"creationPolicy":"Orphan")")));
  world.until_ready("es", "es", kSynced);
  world.settle();
  EXPECT_TRUE(finalizers().contains(kOurs)) << "it keeps the one it has";
  world.remove("es", "es");
  until_gone();
  world.settle();
  EXPECT_EQ(world.value("tgt", "a"), "v1");
  EXPECT_EQ(world.operator_requests("delete", "secrets"), 0U);
}

TEST_F(SecretsDeletion, BeforeTheFinalizerIsOnMakesNoSecretAndNoNoise) {
  begin();
  begin_pass = [this] {
    testing::internal::CaptureStderr();
    world.external_secret(target(R"(,"deletionPolicy":"Delete")"));
  };
  delete_during("patch", "externalsecrets");
  world.until("the answer", [this] { return world.operator_requests("patch", "externalsecrets") == 1; });
  world.settle();
  EXPECT_EQ(world.operator_requests("create", "secrets"), 0U);
  EXPECT_EQ(world.operator_requests("patch", "externalsecrets"), 1U) << "nothing is tried again";
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_FALSE(log.contains("finalizer")) << log;
}

TEST_F(SecretsDeletion, WhileASourceIsReadMakesNoSecret) {
  begin();
  world.create("cm", "texts", R"({"data":{"t":"{{ .a }}"}})");
  begin_pass = [this] {
    world.external_secret(target(R"(,"creationPolicy":"Orphan","template":{"templateFrom":
      [{"configMap":{"name":"texts","items":[{"key":"t"}]}}]})"));
  };
  delete_during("get", "configmaps");
  world.until("the answer", [this] { return world.operator_requests("get", "configmaps") == 1; });
  world.settle();
  EXPECT_EQ(world.operator_requests("create", "secrets"), 0U);
}

TEST_F(SecretsDeletion, WhileTheSecretIsWrittenTakesItAlongAfterwards) {
  begin();
  begin_pass = [this] { world.external_secret(target("")); };
  delete_during("create", "secrets");
  world.until("the Secret", [this] { return world.operator_requests("create", "secrets") == 1; });
  world.settle();
  EXPECT_TRUE(world.get("secret", "tgt").is_null()) << "its owner is gone";
}

}  // namespace
}  // namespace rotor::test
