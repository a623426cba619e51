// spec.target.creationPolicy and deletionPolicy: what happens to the Secret, and what others wrote into it.
#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr std::string_view kCreatedBy = "reconcile.external-secrets.io/created-by";
constexpr std::string_view kTwo = R"([{"key":"one","value":"1"},{"key":"two","value":"2"}])";

class SecretsPolicies : public testing::Test {
 protected:
  void begin(std::string_view policies, std::string_view entries = kTwo) {
    world.store(entries);
    world.start_operator();
    world.until_ready("ss", "store", "True/Valid/store validated");
    world.external_secret(fmt::format(
        R"("target":{{"name":"tgt",{}}},"data":[{{"secretKey":"a","remoteRef":{{"key":"one"}}}},{{"secretKey":"b","remoteRef":{{"key":"two"}}}}])",
        policies));
  }
  void store_has(std::string_view entries) {
    world.merge("ss", "store", fmt::format(R"({{"spec":{{"provider":{{"fake":{{"data":{}}}}}}}}})", entries));
    world.merge("es", "es", fmt::format(R"({{"metadata":{{"annotations":{{"force-sync":"{}"}}}}}})", ++asked));
  }
  void foreign_secret() {
    world.create("secret", "tgt", R"({"metadata":{"labels":{"theirs":"x"}},"data":{"c":"Mw=="}})");
  }
  std::size_t owners() {
    const auto secret = world.get("secret", "tgt");
    const auto* owners = json::find(secret, "metadata.ownerReferences");
    return owners == nullptr ? 0 : owners->as_array().size();
  }
  json::Object labels() { return json::find(world.get("secret", "tgt"), "metadata.labels")->as_object(); }
  std::size_t keys() {
    const auto secret = world.get("secret", "tgt");
    const auto* data = json::find(secret, "data");
    return data == nullptr ? 0 : data->as_object().size();
  }
  bool there() { return !world.get("secret", "tgt").is_null(); }

  SecretsWorld world;
  int asked = 0;
};

TEST_F(SecretsPolicies, AnOrphanIsMadeWithoutAnOwnerAndStays_Row63) {
  begin(R"("creationPolicy":"Orphan")");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "a"), "1");
  EXPECT_EQ(owners(), 0U);
  world.remove("es", "es");
  world.until("the ExternalSecret to go", [this] { return world.get("es", "es").is_null(); });
  world.settle();
  EXPECT_TRUE(there());
}

TEST_F(SecretsPolicies, ASecretThatIsNoLongerOwnedLosesItsOwnerAndTheMarkOfIt_Row19) {
  begin(R"("creationPolicy":"Owner")");
  world.until_ready("es", "es", kSynced);
  const std::string uid(json::find_string(world.get("secret", "tgt"), "metadata.uid"));
  EXPECT_EQ(owners(), 1U);
  EXPECT_TRUE(labels().contains(kCreatedBy));
  world.merge("es", "es", R"({"spec":{"target":{"creationPolicy":"Orphan"}}})");
  world.until("the owner to go", [this] { return owners() == 0; });
  EXPECT_FALSE(labels().contains(kCreatedBy));
  EXPECT_EQ(json::find_string(world.get("secret", "tgt"), "metadata.uid"), uid);
  EXPECT_EQ(world.value("tgt", "a"), "1");
}

TEST_F(SecretsPolicies, OnlyAnOwnedSecretGoesWhenTheTargetIsRenamed_Row18) {
  int n = 0;
  world.store(kTwo);
  world.start_operator();
  for (const char* policy : {"Orphan", "Merge", "CreateOrMerge"}) {
    const std::string name = fmt::format("es-{}", n++);
    world.create("secret", name + "-a", R"({"data":{"c":"Mw=="}})");
    world.create("secret", name + "-b", R"({"data":{}})");
    world.create("es", name,
                 fmt::format(R"({{"spec":{{"secretStoreRef":{{"name":"store"}},
      "target":{{"name":"{}-a","creationPolicy":"{}"}},"data":[{{"secretKey":"a","remoteRef":{{"key":"one"}}}}]}}}})",
                             name, policy));
    world.until_ready("es", name, kSynced);
    EXPECT_EQ(world.value(name + "-a", "a"), "1") << policy;
    world.merge("es", name, fmt::format(R"({{"spec":{{"target":{{"name":"{}-b"}}}}}})", name));
    world.until("the other Secret", [&] { return world.value(name + "-b", "a") == "1"; });
    world.settle();
    EXPECT_EQ(world.value(name + "-a", "a"), "1") << policy;
  }
  EXPECT_EQ(world.operator_requests("delete", "secrets"), 0U);
  EXPECT_TRUE(world.events("Deleted").empty());
}

TEST_F(SecretsPolicies, MergeMakesNoSecret_Row56) {
  begin(R"("creationPolicy":"Merge")");
  world.until_ready("es", "es", "True/SecretMissing/secret will not be created due to CreationPolicy=Merge");
  EXPECT_FALSE(there());
}

TEST_F(SecretsPolicies, MergeKeepsTheKeysOfOthers_Row57_Row58_Row59) {
  foreign_secret();
  begin(R"("creationPolicy":"Merge")");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "a") + world.value("tgt", "b") + world.value("tgt", "c"), "123");
  EXPECT_EQ(owners(), 0U);
  EXPECT_TRUE(json::find(world.get("secret", "tgt"), "metadata.labels")->as_object().contains("theirs"));
  world.merge("secret", "tgt", R"({"data":{"a":"eA=="}})");
  world.until("our value again", [this] { return world.value("tgt", "a") == "1"; });
  world.settle();
  const auto version = std::string(json::find_string(world.get("secret", "tgt"), "metadata.resourceVersion"));
  world.values_changed();
  world.settle();
  EXPECT_EQ(json::find_string(world.get("secret", "tgt"), "metadata.resourceVersion"), version);
}

TEST_F(SecretsPolicies, CreateOrMergeMakesOneAndAddsToOne_Row60_Row61) {
  begin(R"("creationPolicy":"CreateOrMerge")");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(owners(), 0U);
  world.merge("secret", "tgt", R"({"data":{"c":"Mw=="}})");
  store_has(R"([{"key":"one","value":"11"},{"key":"two","value":"2"}])");
  world.until("the new value", [this] { return world.value("tgt", "a") == "11"; });
  EXPECT_EQ(world.value("tgt", "c"), "3");
}

TEST_F(SecretsPolicies, NoneMarksASecretAndTouchesNothingElse_Row201) {
  foreign_secret();
  begin(R"("creationPolicy":"None")");
  world.until_ready("es", "es", kSynced);
  world.settle();
  const auto secret = world.get("secret", "tgt");
  EXPECT_EQ(*json::find(secret, "metadata.labels"),
            json::parse(R"({"theirs":"x","reconcile.external-secrets.io/managed":"true"})").value());
  EXPECT_EQ(json::serialize(*json::find(secret, "data")), R"({"c":"Mw=="})");
  EXPECT_EQ(json::find(secret, "metadata.annotations"), nullptr);
  EXPECT_EQ(owners(), 0U);
  const auto writes = world.operator_writes();
  world.settle();
  EXPECT_EQ(world.operator_writes(), writes) << "it is marked once";
}

TEST_F(SecretsPolicies, NoneMakesNoSecretAndBindsNone_Row4) {
  begin(R"("creationPolicy":"None")");
  world.until_ready("es", "es", kSynced);
  world.settle();
  EXPECT_FALSE(there());
  EXPECT_EQ(json::find_string(world.get("es", "es"), "status.binding.name"), "");
}

TEST_F(SecretsPolicies, WhatAStoreNoLongerHasGoes_Row64_Row65_Row70) {
  begin(R"("deletionPolicy":"Delete")");
  world.until_ready("es", "es", kSynced);
  store_has(R"([{"key":"one","value":"1"},{"key":"other","value":"x"}])");
  world.until("b to go", [this] { return world.value("tgt", "b").empty(); });
  EXPECT_EQ(world.value("tgt", "a"), "1");
  world.until("its event", [this] { return !world.events("MissingProviderSecret").empty(); });
  EXPECT_EQ(json::find_string(world.events("MissingProviderSecret").at(0), "message"),
            "secret does not exist at provider using spec.dataFrom[1] (key=two)")
      << "Q5: of spec.data as well";
  store_has(R"([{"key":"other","value":"x"}])");
  world.until_ready("es", "es", "True/SecretDeleted/secret deleted due to DeletionPolicy=Delete");
  EXPECT_FALSE(there());
  const auto told = [this](std::string_view item) {
    return std::ranges::any_of(world.events("MissingProviderSecret"), [item](const json::Value& event) {
      return json::find_string(event, "message") == fmt::format("secret does not exist at provider using {}", item);
    });
  };
  world.until("an event of each",
              [&] { return told("spec.dataFrom[0] (key=one)") && told("spec.dataFrom[1] (key=two)"); });
  store_has(kTwo);
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "b"), "2");
}

TEST_F(SecretsPolicies, ASearchWithoutAHitSaysSoAndIsRetained_Row68) {
  world.store(kTwo);
  world.start_operator();
  world.until_ready("ss", "store", "True/Valid/store validated");
  world.external_secret(
      R"("target":{"name":"tgt"},"dataFrom":[{"find":{"path":"","name":{"regexp":"^three$"}}},{"find":{"name":{"regexp":"4"}}}])");
  world.until_ready("es", "es", "True/SecretSynced/secret retained due to DeletionPolicy=Retain");
  EXPECT_FALSE(there());
  EXPECT_FALSE(json::find_string(world.get("es", "es"), "status.refreshTime").empty());
  EXPECT_TRUE(world.events("MissingProviderSecret").empty()) << "nothing was named that is missing";
  world.until("the remarks", [this] { return world.events("Remark").size() == 2; });
  const auto events = world.events("Remark");
  EXPECT_EQ(json::find_string(events.at(0), "message"),
            "spec.dataFrom[0].find matched nothing: path \"\", name.regexp \"^three$\"");
  EXPECT_TRUE(world.events("RemarkOver").empty());
  store_has(R"([{"key":"three","value":"3"},{"key":"4","value":"4"}])");
  world.until_ready("es", "es", kSynced);
  world.until("the remarks to be taken back", [this] { return world.events("RemarkOver").size() == 1; });
}

TEST_F(SecretsPolicies, WhatIsMissingUnderMergeIsRemarkedOn) {
  begin(R"("deletionPolicy":"Merge")", R"([{"key":"one","value":"1"}])");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "a"), "1");
  world.until("the remark", [this] { return !world.events("Remark").empty(); });
  EXPECT_EQ(json::find_string(world.events("Remark").at(0), "message"),
            "spec.data[1] (key=two): Secret does not exist");
  world.until("its event", [this] { return !world.events("MissingProviderSecret").empty(); });
  EXPECT_EQ(json::find_string(world.events("MissingProviderSecret").at(0), "message"),
            "secret does not exist at provider using spec.dataFrom[1] (key=two)");
}

TEST_F(SecretsPolicies, WhereEverythingIsMissingDeletionPolicyMergeKeepsTheSecretWithoutAKey_Row202) {
  begin(R"("deletionPolicy":"Merge")");
  world.until_ready("es", "es", kSynced);
  const std::string uid(json::find_string(world.get("secret", "tgt"), "metadata.uid"));
  store_has(R"([{"key":"other","value":"x"}])");
  world.until("the keys to go", [this] { return there() && keys() == 0; });
  world.settle();
  EXPECT_EQ(world.ready("es", "es"), kSynced);
  EXPECT_EQ(json::find_string(world.get("secret", "tgt"), "metadata.uid"), uid);
  EXPECT_EQ(owners(), 1U);
  EXPECT_TRUE(world.events("UpdateFailed").empty());
}

TEST_F(SecretsPolicies, WhereEverythingIsMissingFromTheStartDeletionPolicyMergeMakesASecretWithoutAKey_Row202) {
  begin(R"("deletionPolicy":"Merge")", R"([{"key":"other","value":"x"}])");
  world.until_ready("es", "es", kSynced);
  EXPECT_TRUE(there());
  EXPECT_EQ(keys(), 0U);
}

TEST_F(SecretsPolicies, WhatIsGoneAlreadyIsDeletedAsWell_Row203) {
  begin(R"("deletionPolicy":"Delete")", R"([{"key":"other","value":"x"}])");
  world.until_ready("es", "es", "True/SecretDeleted/secret deleted due to DeletionPolicy=Delete");
  world.settle();
  EXPECT_FALSE(there());
  EXPECT_TRUE(world.events("UpdateFailed").empty());
  EXPECT_EQ(world.operator_requests("delete", "secrets"), 0U);
}

TEST_F(SecretsPolicies, ASecretThatIsNotOwnedIsNotDeleted_Row66) {
  begin(R"("creationPolicy":"Orphan","deletionPolicy":"Delete")");
  world.until_ready("es", "es", kSynced);
  store_has(R"([{"key":"other","value":"x"}])");
  world.until_ready("es", "es", "False/SecretSyncedError/could not delete secret");
  EXPECT_EQ(world.value("tgt", "a"), "1");
  world.until("the event", [this] { return !world.events("UpdateFailed").empty(); });
  EXPECT_EQ(json::find_string(world.events("UpdateFailed").at(0), "message"),
            "unable to delete secret tgt: creationPolicy=Orphan is not Owner");
}

TEST_F(SecretsPolicies, DeletionPolicyMergeKeepsTheSecretAndTheKeysOfOthers_Row69) {
  foreign_secret();
  begin(R"("creationPolicy":"Merge","deletionPolicy":"Merge")");
  world.until_ready("es", "es", kSynced);
  store_has(R"([{"key":"other","value":"x"}])");
  world.until("our keys to go", [this] { return world.value("tgt", "a").empty() && world.value("tgt", "b").empty(); });
  EXPECT_EQ(world.value("tgt", "c"), "3");
}

TEST_F(SecretsPolicies, AnErrorThatIsNoAbsenceChangesNothing_Row71) {
  begin(R"("deletionPolicy":"Delete")");
  world.until_ready("es", "es", kSynced);
  world.merge("es", "es", R"({"spec":{"data":[{"secretKey":"a","remoteRef":{"key":"one"}},
    {"secretKey":"b","remoteRef":{"key":"two"},"sourceRef":{"storeRef":{"name":"none"}}}]}})");
  world.until_ready("es", "es", "False/SecretSyncedError/could not get secret data from provider");
  EXPECT_EQ(world.value("tgt", "a") + world.value("tgt", "b"), "12");
}

TEST_F(SecretsPolicies, AnImmutableTargetKeepsWhatItWasMadeWith_Row72_Row73_Row75) {
  begin(R"("immutable":true)");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(json::find(world.get("secret", "tgt"), "immutable")->as_bool(), true);
  store_has(R"([{"key":"one","value":"new"},{"key":"two","value":"2"}])");
  world.settle();
  EXPECT_EQ(world.value("tgt", "a"), "1");
  EXPECT_EQ(world.ready("es", "es"), kSynced);
  world.remove("secret", "tgt");
  world.until("it to be made again", [this] { return world.value("tgt", "a") == "new"; });
}

TEST_F(SecretsPolicies, AnImmutableTargetThatWasThereIsFrozenAsItIs_Row76) {
  foreign_secret();
  begin(R"("immutable":true)");
  world.until_ready("es", "es", kSynced);
  const auto secret = world.get("secret", "tgt");
  EXPECT_EQ(json::find(secret, "immutable")->as_bool(), true);
  EXPECT_EQ(json::serialize(*json::find(secret, "data")), R"({"c":"Mw=="})");
  store_has(R"([{"key":"one","value":"new"},{"key":"two","value":"2"}])");
  world.settle();
  EXPECT_EQ(json::serialize(*json::find(world.get("secret", "tgt"), "data")), R"({"c":"Mw=="})");
  EXPECT_EQ(world.ready("es", "es"), kSynced);
}

TEST_F(SecretsPolicies, DeleteTakesTheSecretWithItsExternalSecret) {
  begin(R"("deletionPolicy":"Delete")");
  world.until_ready("es", "es", kSynced);
  world.remove("es", "es");
  world.until("both to go", [this] { return world.get("es", "es").is_null() && !there(); });
}

}  // namespace
}  // namespace rotor::test
