// A replica that has just taken over while its watches lag behind the last writes of the one before.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/core/secret.hpp"
#include "apiserver/server/faults.hpp"
#include "kube/shards/ownership.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr kube::Resource kSecretKind = kube::kResource<api::Secret>;

class SecretsHandover : public testing::Test {
 protected:
  void SetUp() override { world.store(R"([{"key":"k","value":"1"},{"key":"k2","value":"2"}])"); }
  void synced_before() {
    world.start_operator();
    world.until_ready("es", "es", kSynced);
    world.stop_operator();
  }
  // Has read everything, and owns nothing yet.
  void stand_by() {
    world.start_operator({}, &ownership);
    world.settle();
  }
  void take_over() { ownership.assign({0, 1, 2, 3, 4, 5}, {}, 1); }
  // What is written from here on, this watch does not show.
  void hold_watch(const std::string& resource) {
    const std::uint64_t hits = world.faults().hits();
    world.faults().add({.verb = "watch", .resource = resource, .times = -1, .status = 503});
    world.faults().end_watches(resource);
    world.until("the watch to end", [&] { return world.faults().hits() > hits; });
  }
  std::uint64_t updates() { return world.operator_requests("update", "secrets"); }

  SystemClock clock;
  kube::Ownership ownership{6, &clock};
  SecretsWorld world;
};

TEST_F(SecretsHandover, AnExternalSecretThatWasEditedAMomentAgoIsWrittenAsItIsNow) {
  world.external_secret(R"("data":[{"secretKey":"a","remoteRef":{"key":"k"}}])");
  synced_before();
  stand_by();
  hold_watch("externalsecrets");
  world.merge("es", "es", R"({"spec":{"data":[{"secretKey":"b","remoteRef":{"key":"k2"}}]}})");
  world.merge("secret", "es", R"({"data":{"a":null,"b":"eA=="}})");  // as if something had gone wrong half-way
  world.settle();
  const std::uint64_t before = updates();
  take_over();
  world.until("the Secret", [this] { return world.value("es", "b") == "2"; });
  EXPECT_EQ(world.value("es", "a"), "");
  EXPECT_EQ(updates(), before + 1);
}

TEST_F(SecretsHandover, AGeneratedSecretThatWasMadeAMomentAgoKeepsItsValue) {
  world.create("Password", "pw", R"({"spec":{"length":20}})");
  world.create("es", "es", R"({"spec":{"refreshInterval":"1h","dataFrom":[
    {"sourceRef":{"generatorRef":{"kind":"Password","name":"pw"}}}]}})");
  synced_before();
  const std::string made = world.value("es", "password");
  json::Value copy = world.get("secret", "es");
  json::Object& metadata = copy.as_object()["metadata"].as_object();
  for (const char* name : {"resourceVersion", "uid", "creationTimestamp", "managedFields"}) metadata.erase(name);
  world.remove("secret", "es");
  stand_by();
  hold_watch("secrets");
  world.create(kSecretKind, json::serialize(copy));
  const std::uint64_t before = updates();
  const std::uint64_t tries = world.operator_requests("create", "secrets");
  take_over();
  world.until("a try to make it", [&] { return world.operator_requests("create", "secrets") > tries; });
  world.settle();
  EXPECT_EQ(world.value("es", "password"), made);
  EXPECT_EQ(updates(), before);
}

TEST_F(SecretsHandover, NothingIsReadAgainOfWhatHasNothingToDo) {
  world.external_secret(R"("data":[{"secretKey":"a","remoteRef":{"key":"k"}}])");
  synced_before();
  stand_by();
  take_over();
  world.settle();
  EXPECT_EQ(world.operator_requests("get", "externalsecrets"), 0U);
  EXPECT_EQ(updates(), 0U);
}

}  // namespace
}  // namespace rotor::test
