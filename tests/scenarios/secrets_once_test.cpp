// refreshPolicy CreatedOnce: what "once" is of, the ExternalSecret or its Secret.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";

class CreatedOnce : public testing::Test {
 protected:
  void synced(std::string_view target) {
    target_ = target;
    store_has("first");
    world.start_operator();
    make();
  }
  void store_has(std::string_view value) { world.store(fmt::format(R"([{{"key":"remote","value":"{}"}}])", value)); }
  void make() {
    world.external_secret(fmt::format(R"("refreshPolicy":"CreatedOnce","refreshInterval":"1s","target":{},
      "data":[{{"secretKey":"a","remoteRef":{{"key":"remote"}}}}])",
                                      target_));
    world.until_ready("es", "es", kSynced);
  }
  void made_again() {
    world.remove("es", "es");
    world.until("the ExternalSecret to go", [this] { return world.get("es", "es").is_null(); });
    EXPECT_EQ(world.value("tgt", "a"), "first");
    store_has("current");
    world.settle();
    make();
  }

  SecretsWorld world;

 private:
  std::string target_;
};

TEST_F(CreatedOnce, ADeletedSecretIsMadeAgainOfWhatTheStoreHasByThen_Row37) {
  synced(R"({"name":"tgt"})");
  store_has("current");
  world.settle();
  EXPECT_EQ(world.value("tgt", "a"), "first");
  world.remove("secret", "tgt");
  world.until("the Secret", [this] { return world.value("tgt", "a") == "current"; });
}

TEST_F(CreatedOnce, AnotherTargetNameIsMadeOfWhatTheStoreHasByThen) {
  synced(R"({"name":"tgt","immutable":true})");
  store_has("current");
  world.settle();
  world.merge("es", "es", R"({"spec":{"target":{"name":"next"}}})");
  world.until("the Secret of the other name", [this] { return world.value("next", "a") == "current"; });
  world.until("the end of the earlier one", [this] { return world.get("secret", "tgt").is_null(); });
}

TEST_F(CreatedOnce, ADeletedOrphanStaysDeleted_Row38) {
  synced(R"({"name":"tgt","creationPolicy":"Orphan"})");
  world.settle();
  world.remove("secret", "tgt");
  world.settle();
  world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
  world.settle();
  EXPECT_TRUE(world.get("secret", "tgt").is_null());
  EXPECT_EQ(world.ready("es", "es"), kSynced);
}

TEST_F(CreatedOnce, AnExternalSecretThatIsMadeAgainWritesTheSecretThatIsThere_Row39) {
  synced(R"({"name":"tgt","creationPolicy":"Orphan"})");
  made_again();
  EXPECT_EQ(world.value("tgt", "a"), "current");
}

TEST_F(CreatedOnce, AnExternalSecretThatIsMadeAgainLeavesAnImmutableSecretAsItIs_Row40) {
  synced(R"({"name":"tgt","creationPolicy":"Orphan","immutable":true})");
  made_again();
  world.settle();
  EXPECT_EQ(world.value("tgt", "a"), "first");
  EXPECT_EQ(json::find(world.get("secret", "tgt"), "immutable")->as_bool(), true);
  EXPECT_EQ(world.ready("es", "es"), kSynced);
}

}  // namespace
}  // namespace rotor::test
