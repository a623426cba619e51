// Where the data of instances lies: the claim comes and stays, a claim of the user's is waited for, and nobody's data
// moves unasked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/openclaw_world.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;

constexpr std::string_view kClaimSpec =
    R"({"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}})";

class OpenClawStorage : public testing::Test {
 protected:
  void provisioned(std::string_view spec = "{}") {
    world.instance("foo", spec);
    world.start_operator();
    world.until("the status", [this] { return !world.condition("foo", "StatefulSetReady").empty(); });
  }
  std::string data() {
    const json::Value set = world.get(kStatefulSets, "foo");
    for (const json::Value& volume : json::find(set, "spec.template.spec.volumes")->as_array()) {
      if (json::find_string(volume, "name") == "data") return json::serialize(volume);
    }
    return "";
  }
  std::string named_claim() {
    return std::string(json::find_string(world.get(kInstances, "foo"), "status.managedResources.pvc"));
  }
  std::string said(std::string_view reason) {
    world.until("an event", [&] { return !world.events(reason).empty(); });
    return std::string(json::find_string(world.events(reason).back(), "message"));
  }
  OpenClawWorld world;
};

TEST_F(OpenClawStorage, B100TheClaimIsMadeOwnedAndMounted) {
  provisioned();
  const json::Value claim = world.get(kClaims, "foo-data");
  EXPECT_EQ(json::find(claim, "metadata.ownerReferences")->at(0).at("name"), "foo");
  EXPECT_EQ(json::find_string(claim, "spec.resources.requests.storage"), "10Gi");
  EXPECT_THAT(data(), HasSubstr(R"("claimName":"foo-data")"));
  EXPECT_EQ(named_claim(), "foo-data");
  EXPECT_EQ(world.condition("foo", "StorageReady"), "True/PVCCreated");
  EXPECT_TRUE(world.events("StorageMoved").empty());
}

TEST_F(OpenClawStorage, WhatIsInTheClaimIsNotWrittenAgain) {
  provisioned();
  world.settle_after("foo", [this] {
    world.merge(kClaims, "foo-data", R"({"metadata":{"annotations":{"openclaw.rocks/backup-enabled":"false"}}})");
  });
  world.settle_after(
      "foo", [this] { world.merge(kInstances, "foo", R"({"spec":{"storage":{"persistence":{"size":"20Gi"}}}})"); });
  const std::string claim = json::serialize(world.get(kClaims, "foo-data"));
  EXPECT_THAT(claim, HasSubstr(R"("openclaw.rocks/backup-enabled":"false")"));
  EXPECT_THAT(claim, HasSubstr(R"("storage":"10Gi")"));
  EXPECT_EQ(world.operator_requests("create", "persistentvolumeclaims"), 1U);
  EXPECT_EQ(world.operator_requests("patch", "persistentvolumeclaims"), 0U);
}

TEST_F(OpenClawStorage, AClaimOfThatNameThatIsThereIsUsedAsItIs) {
  world.create(kClaims, "foo-data", kClaimSpec);
  provisioned();
  const json::Value claim = world.get(kClaims, "foo-data");
  EXPECT_EQ(json::find(claim, "metadata.ownerReferences"), nullptr);
  EXPECT_EQ(json::find_string(claim, "spec.resources.requests.storage"), "1Gi");
  EXPECT_THAT(data(), HasSubstr(R"("claimName":"foo-data")"));
}

TEST_F(OpenClawStorage, B102WithoutPersistenceThereIsNoClaim) {
  provisioned(R"({"storage":{"persistence":{"enabled":false}}})");
  EXPECT_TRUE(world.get(kClaims, "foo-data").is_null());
  EXPECT_THAT(data(), HasSubstr(R"("emptyDir":{})"));
  EXPECT_EQ(named_claim(), "");
  EXPECT_EQ(world.condition("foo", "StorageReady"), "");
}

TEST_F(OpenClawStorage, B103AClaimOfTheUsersIsUsedAndNoneIsMade) {
  world.create(kClaims, "my-pvc", kClaimSpec);
  provisioned(R"({"storage":{"persistence":{"existingClaim":"my-pvc"}}})");
  EXPECT_TRUE(world.get(kClaims, "foo-data").is_null());
  EXPECT_THAT(data(), HasSubstr(R"("claimName":"my-pvc")"));
  EXPECT_EQ(named_claim(), "my-pvc");
  EXPECT_EQ(world.condition("foo", "StorageReady"), "");
}

TEST_F(OpenClawStorage, B104AClaimThatIsNotThereFailsThePassUntilItComes) {
  world.instance("foo", R"({"storage":{"persistence":{"existingClaim":"my-pvc"}}})");
  world.start_operator();
  world.until("Failed", [this] { return world.phase("foo") == "Failed"; });
  EXPECT_EQ(world.condition("foo", "StorageReady"), "False/ExistingClaimNotFound");
  EXPECT_EQ(world.condition("foo", "Ready"), "False/ReconcileFailed");
  EXPECT_TRUE(world.get(kStatefulSets, "foo").is_null());
  EXPECT_THAT(said("ReconcileFailed"), HasSubstr(R"(PersistentVolumeClaim "my-pvc" not found)"));
  world.create(kClaims, "my-pvc", kClaimSpec);
  world.merge(kInstances, "foo",
              R"({"metadata":{"annotations":{"poke":"1"}}})");  // it looks by itself in half a minute
  world.until("Provisioning", [this] { return world.phase("foo") == "Provisioning"; });
  EXPECT_EQ(world.condition("foo", "StorageReady"), "");
}

TEST_F(OpenClawStorage, PodsThatRunAreLeftAloneWhenTheClaimThatIsNamedIsNotThere) {
  provisioned();
  world.merge(kInstances, "foo", R"({"spec":{"storage":{"persistence":{"existingClaim":"typo"}}}})");
  world.until("Failed", [this] { return world.phase("foo") == "Failed"; });
  EXPECT_EQ(world.generation("foo"), 1);
  EXPECT_THAT(data(), HasSubstr(R"("claimName":"foo-data")"));
}

TEST_F(OpenClawStorage, MovingIsSaid) {
  world.create(kClaims, "mine", kClaimSpec);
  provisioned(R"({"storage":{"persistence":{"enabled":false}}})");
  world.merge(kInstances, "foo", R"({"spec":{"storage":{"persistence":{"enabled":true}}}})");
  world.until("the claim", [this] { return data().contains("foo-data"); });
  EXPECT_EQ(said("StorageMoved"),
            "The data volume is the claim \"foo-data\" now, it was an emptyDir: what was in it went with the pod");
  world.merge(kInstances, "foo", R"({"spec":{"storage":{"persistence":{"existingClaim":"mine"}}}})");
  world.until("the other claim", [this] { return data().contains("mine"); });
  world.until("the status", [this] { return named_claim() == "mine"; });
  // Who takes the name out again moves back.
  world.merge(kInstances, "foo", R"({"spec":{"storage":{"persistence":{"existingClaim":null}}}})");
  world.until("the first claim", [this] { return data().contains("foo-data"); });
  world.until("three events", [this] { return world.events("StorageMoved").size() == 3; });
}

TEST_F(OpenClawStorage, AClaimThatTheSpecNeverNamedIsKeptThroughAnEdit) {
  world.instance("foo", "{}");
  const std::string uid(json::find_string(world.get(kInstances, "foo"), "metadata.uid"));
  world.create(
      kStatefulSets, "foo",
      R"({"metadata":{"labels":{"app.kubernetes.io/managed-by":"openclaw-operator"},"ownerReferences":[)"
      R"({"apiVersion":"openclaw.rocks/v1alpha1","kind":"OpenClawInstance","name":"foo","controller":true,"uid":")" +
          uid +
          R"("}]},"spec":{"serviceName":"foo","podManagementPolicy":"Parallel","selector":{"matchLabels":{)"
          R"("app.kubernetes.io/name":"openclaw","app.kubernetes.io/instance":"foo"}},"template":{"metadata":{)"
          R"("labels":{"app.kubernetes.io/name":"openclaw","app.kubernetes.io/instance":"foo"}},"spec":{)"
          R"("containers":[{"name":"openclaw","image":"theirs:1"}],"volumes":[{"name":"data",)"
          R"("persistentVolumeClaim":{"claimName":"data-foo-0"}}]}}}})");
  world.start_operator();
  world.until("our template", [this] { return json::serialize(world.get(kStatefulSets, "foo")).contains("init-uv"); });
  EXPECT_THAT(data(), HasSubstr(R"("claimName":"data-foo-0")"));
  world.until("the status", [this] { return world.condition("foo", "StorageReady") == "True/ClaimKept"; });
  world.settle_after("foo", [this] { world.merge(kInstances, "foo", R"({"spec":{"image":{"tag":"v2"}}})"); });
  EXPECT_THAT(data(), HasSubstr(R"("claimName":"data-foo-0")"));
  EXPECT_TRUE(world.events("StorageMoved").empty());
  // The way that the condition names.
  world.merge(kInstances, "foo", R"({"spec":{"storage":{"persistence":{"existingClaim":"foo-data"}}}})");
  world.until("the other claim", [this] { return data().contains("foo-data"); });
}

}  // namespace
}  // namespace rotor::test
