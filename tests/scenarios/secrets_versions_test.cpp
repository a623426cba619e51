// What a Secret says of the versions that its values are of in their stores.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/externalsecrets/store_versions.hpp"
#include "apiserver/server/faults.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";

class StoreVersions : public testing::Test {
 protected:
  // k has value v in its versions 1 and 2, and another in 3.
  void start(std::string_view target = "{}") {
    world.store(R"([{"key":"k","value":"v","version":"1"},{"key":"k","value":"v","version":"2"},
                    {"key":"k","value":"w","version":"3"},{"key":"plain","value":"p"}])");
    world.start_operator();
    world.external_secret(fmt::format(R"("target":{},"data":[{}])", target, item("1")));
    world.until_ready("es", "es", kSynced);
  }
  static std::string item(std::string_view version) {
    return fmt::format(R"({{"secretKey":"a","remoteRef":{{"key":"k","version":"{}"}}}})", version);
  }
  void read(std::string_view version) {
    world.merge("es", "es", fmt::format(R"({{"spec":{{"data":[{}]}}}})", item(version)));
  }
  std::string annotation(std::string_view name, const std::string& secret = "es") {
    const auto object = world.get("secret", secret);
    const auto* all = json::find(object, "metadata.annotations");
    const auto* mark = all == nullptr ? nullptr : all->as_object().if_contains(name);
    return mark == nullptr ? "" : std::string(mark->as_string());
  }
  std::string mark() { return annotation(api::es::kStoreVersionsAnnotation); }
  static std::string of_version(std::string_view version) {
    return fmt::format(R"({{"keys":{{"a":[{{"store":"SecretStore/store","key":"k","version":"{}"}}]}}}})", version);
  }
  std::string resource_version() {
    return std::string(json::find_string(world.get("secret", "es"), "metadata.resourceVersion"));
  }

  SecretsWorld world;
};

TEST_F(StoreVersions, AreOnTheSecretFromItsFirstWriteWithoutACallMore) {
  start();
  EXPECT_EQ(mark(), of_version("1"));
  EXPECT_EQ(world.operator_requests("create", "secrets"), 1U);
  EXPECT_EQ(world.operator_requests("patch", "secrets"), 0U);
}

TEST_F(StoreVersions, OfEqualValuesAreOneSmallWriteAndNoChangeOfAValue) {
  start();
  const std::string changes = annotation("rotor/value-changes");
  read("2");
  world.until("the other version", [this] { return mark() == of_version("2"); });
  EXPECT_EQ(world.operator_requests("patch", "secrets"), 1U);
  EXPECT_EQ(world.operator_requests("update", "secrets"), 0U);
  EXPECT_EQ(annotation("rotor/value-changes"), changes);
  world.merge("es", "es", R"({"spec":{"refreshInterval":"2h"}})");
  world.settle();
  EXPECT_EQ(world.operator_requests("update", "secrets"), 0U);
  EXPECT_EQ(world.operator_requests("patch", "secrets"), 1U) << "the same version again is no reason to write";
}

TEST_F(StoreVersions, OfAnotherValueComeWithItAndTheOneBeforeIsOnRecord) {
  start();
  read("3");
  world.until("the other value", [this] { return world.value("es", "a") == "w"; });
  EXPECT_EQ(mark(), of_version("3"));
  EXPECT_TRUE(annotation("rotor/value-changes").contains(R"("was":"1")")) << annotation("rotor/value-changes");
  EXPECT_EQ(world.operator_requests("patch", "secrets"), 0U);
}

// As an operator before ours leaves a Secret: not one write when Rotor takes over, and the mark with the next values.
TEST_F(StoreVersions, AreNoReasonToWriteASecretThatIsTakenOver) {
  start();
  world.stop_operator();
  world.merge("secret", "es",
              R"({"metadata":{"annotations":{"rotor/store-versions":null,"rotor/value-changes":null}}})");
  const std::string left = resource_version();
  const auto synced = [this] {
    return std::string(json::find_string(world.get("es", "es"), "status.syncedResourceVersion"));
  };
  const std::string before = synced();
  world.merge("es", "es", R"({"spec":{"refreshInterval":"2h"}})");
  world.start_operator();
  world.until("a refresh", [&] { return synced() != before; });
  world.settle();
  EXPECT_EQ(resource_version(), left);
  read("3");
  world.until("the next value", [this] { return world.value("es", "a") == "w"; });
  EXPECT_EQ(mark(), of_version("3"));
}

TEST_F(StoreVersions, ThatCannotBeWrittenFailNothingAndComeWithTheNextRefresh) {
  start();
  world.faults().add({.verb = "patch", .resource = "secrets", .status = 409, .reason = "Conflict"});
  read("2");
  world.until("the sync", [this] {
    return json::find_string(world.get("es", "es"), "status.syncedResourceVersion").starts_with("2-");
  });
  EXPECT_EQ(world.ready("es", "es"), kSynced);
  EXPECT_EQ(mark(), of_version("1"));
  world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
  world.until("the other version", [this] { return mark() == of_version("2"); });
}

TEST_F(StoreVersions, AreNotSaidWhereTheStoreNamesNone) {
  start();
  world.create("es", "other", R"({"spec":{"secretStoreRef":{"name":"store"},
      "data":[{"secretKey":"a","remoteRef":{"key":"plain"}}]}})");
  world.until_ready("es", "other", kSynced);
  EXPECT_EQ(annotation(api::es::kStoreVersionsAnnotation, "other"), "");
}

TEST_F(StoreVersions, OfATemplatedKeyAreThoseOfWhatItWasMadeOf) {
  start(R"({"template":{"data":{"dsn":"x:{{ .a }}"}}})");
  EXPECT_TRUE(mark().starts_with(R"({"keys":{"dsn":[{"store":"SecretStore/store","key":"k","version":"1"}]}})"))
      << mark();
  read("2");
  world.until("the other version", [this] { return mark().contains(R"("version":"2")"); });
  EXPECT_EQ(world.operator_requests("update", "secrets"), 0U);
}

}  // namespace
}  // namespace rotor::test
