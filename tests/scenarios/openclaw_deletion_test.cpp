// An instance is deleted: its pod ends, its claim stays, and nothing of its data is lost by silence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apiserver/server/faults.hpp"
#include "tests/scenarios/openclaw_world.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;

constexpr kube::Resource kClaims{"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"};
constexpr kube::Resource kDeployments{"apps", "v1", "deployments", "Deployment"};
constexpr std::string_view kKept = R"({"storage":{"persistence":{"orphan":true}}})";
constexpr std::string_view kGoing = R"({"storage":{"persistence":{"orphan":false}}})";

class OpenClawDeletion : public testing::Test {
 protected:
  // An instance with a claim that it owns.
  void provisioned(std::string_view spec = kKept) {
    world.instance("foo", spec);
    claim(owner());
    run();
  }
  void claim(const std::string& owners) {
    world.create(kClaims, "foo-data",
                 R"({"metadata":{"ownerReferences":[)" + owners +
                     R"(]},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}})");
  }
  void run() {
    world.start_operator();
    world.until("the status", [this] { return !world.condition("foo", "StatefulSetReady").empty(); });
  }
  std::string owner() {
    return R"({"apiVersion":"openclaw.rocks/v1alpha1","kind":"OpenClawInstance","name":"foo","controller":true,)"
           R"("blockOwnerDeletion":true,"uid":")" +
           std::string(json::find_string(world.get(kInstances, "foo"), "metadata.uid")) + "\"}";
  }
  // As the StatefulSet's controller would make it.
  void with_pod() {
    const std::string uid(json::find_string(world.get(kStatefulSets, "foo"), "metadata.uid"));
    world.create(kPods, "foo-0",
                 R"({"metadata":{"labels":{"app.kubernetes.io/name":"openclaw","app.kubernetes.io/instance":"foo"},
                     "ownerReferences":[{"apiVersion":"apps/v1","kind":"StatefulSet","name":"foo","controller":true,"uid":")" +
                     uid + R"("}]},"spec":{"containers":[{"name":"openclaw","image":"i"}]}})");
  }
  void remove_pod() { world.remove(kPods, "foo-0", {.grace_period_seconds = 0}); }
  void is_gone() {
    world.until("the end", [this] { return world.get(kInstances, "foo").is_null(); });
  }
  std::string said(const std::string& reason) {
    world.until("the event " + reason, [&] { return !world.events(reason).empty(); });
    return json::serialize(world.events(reason)[0]);
  }
  std::string claim_owners() {
    const json::Value claim = world.get(kClaims, "foo-data");
    const json::Value* owners = json::find(claim, "metadata.ownerReferences");
    return claim.is_null() ? "no claim" : owners == nullptr ? "[]" : json::serialize(*owners);
  }

  OpenClawWorld world;
};

TEST_F(OpenClawDeletion, B243ThePodEndsBeforeTheInstanceIsGone) {
  provisioned();
  with_pod();
  world.remove(kInstances, "foo");
  world.until("no replicas", [this] { return *json::find(world.get(kStatefulSets, "foo"), "spec.replicas") == 0; });
  EXPECT_EQ(world.phase("foo"), "BackingUp");
  remove_pod();
  world.merge(kStatefulSets, "foo", R"({"status":{"replicas":0}})", "status");
  is_gone();
  EXPECT_THAT(said("BackupSkipped"), HasSubstr("rotor/s3-backup-credentials"));
}

TEST_F(OpenClawDeletion, APodOfSomebodyElsesWithOurLabelsIsNotWaitedFor) {
  provisioned();
  world.create(kPods, "stranger",
               R"({"metadata":{"labels":{"app.kubernetes.io/name":"openclaw","app.kubernetes.io/instance":"foo"}},
                   "spec":{"containers":[{"name":"c","image":"i"}]}})");
  world.remove(kInstances, "foo");
  is_gone();
}

TEST_F(OpenClawDeletion, B242TheAnnotationLetsItGoAtOnceWithItsClaimKept) {
  provisioned();
  with_pod();
  world.merge(kInstances, "foo", R"({"metadata":{"annotations":{"openclaw.rocks/skip-backup":"true"}}})");
  world.remove(kInstances, "foo");
  is_gone();
  EXPECT_EQ(claim_owners(), "[]");
  EXPECT_TRUE(world.events("BackupSkipped").empty());
}

TEST_F(OpenClawDeletion, B244WithoutPersistenceItIsNotScaledDown) {
  provisioned(R"({"storage":{"persistence":{"enabled":false}}})");
  with_pod();
  const auto patches = world.operator_requests("patch", "statefulsets");
  world.remove(kInstances, "foo");
  is_gone();
  EXPECT_EQ(world.operator_requests("patch", "statefulsets"), patches);
}

TEST_F(OpenClawDeletion, B108TheClaimStaysWithoutItsOwner) {
  provisioned();
  world.remove(kInstances, "foo");
  is_gone();
  world.until("the collection of what it owned", [this] { return world.get(kServices, "foo").is_null(); });
  EXPECT_EQ(claim_owners(), "[]");
  EXPECT_THAT(said("OrphanedPVC"), HasSubstr("foo-data"));
}

TEST_F(OpenClawDeletion, B109WithoutOrphanTheClaimIsCollected) {
  provisioned(kGoing);
  world.remove(kInstances, "foo");
  is_gone();
  world.until("the collection of the claim", [this] { return claim_owners() == "no claim"; });
}

TEST_F(OpenClawDeletion, OtherOwnersOfTheClaimStay) {
  world.create(kConfigMaps, "other", "{}");
  const std::string uid(json::find_string(world.get(kConfigMaps, "other"), "metadata.uid"));
  world.instance("foo", kKept);
  claim(R"({"apiVersion":"v1","kind":"ConfigMap","name":"other","uid":")" + uid + "\"}," + owner());
  run();
  world.remove(kInstances, "foo");
  is_gone();
  EXPECT_THAT(claim_owners(), HasSubstr(uid));
  EXPECT_THAT(claim_owners(), testing::Not(HasSubstr("OpenClawInstance")));
}

TEST_F(OpenClawDeletion, WhoHasCredentialsForABackupKeepsTheDataThatNoneIsMadeOf) {
  provisioned(kGoing);
  with_pod();
  world.create_in("rotor", kSecrets, "s3-backup-credentials", R"({"data":{"S3_BUCKET":"Yg=="}})");
  world.remove(kInstances, "foo");
  world.until("no replicas", [this] { return *json::find(world.get(kStatefulSets, "foo"), "spec.replicas") == 0; });
  remove_pod();
  world.merge(kStatefulSets, "foo", R"({"status":{"replicas":0}})", "status");
  is_gone();
  EXPECT_EQ(claim_owners(), "[]");
  EXPECT_THAT(said("BackupNotBuilt"), HasSubstr("foo-data"));
  EXPECT_THAT(said("OrphanedPVC"), HasSubstr("no backup"));
}

TEST_F(OpenClawDeletion, AClaimThatCannotBeLetGoOfKeepsTheInstance) {
  provisioned();
  world.faults().add({.verb = "patch",
                      .resource = "persistentvolumeclaims",
                      .times = 1,
                      .status = 500,
                      .reason = "InternalError",
                      .message = "no luck"});
  world.remove(kInstances, "foo");
  EXPECT_THAT(said("ClaimNotReleased"), HasSubstr("no luck"));
  is_gone();
  EXPECT_EQ(claim_owners(), "[]");
}

TEST_F(OpenClawDeletion, ANewInstanceOfTheNameWaitsForWhatTheOldOneLeft) {
  provisioned(R"({"storage":{"persistence":{"enabled":false}}})");
  world.remove(kInstances, "foo");
  is_gone();
  world.instance("foo", "{}");
  const std::string uid(json::find_string(world.get(kInstances, "foo"), "metadata.uid"));
  world.until("its StatefulSet", [&] {
    const json::Value workload = world.get(kStatefulSets, "foo");
    const json::Value* owners = json::find(workload, "metadata.ownerReferences");
    return owners != nullptr && json::find_string(owners->at(0), "uid") == uid;
  });
  EXPECT_TRUE(world.events("ReconcileFailed").empty());
}

TEST_F(OpenClawDeletion, B241ADeploymentOfAnEarlierOperatorGoesOnce) {
  world.instance("foo", "{}");
  world.create(kDeployments, "foo",
               R"({"metadata":{"ownerReferences":[)" + owner() +
                   R"(]},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
                       "spec":{"containers":[{"name":"c","image":"i"}]}}}})");
  world.start_operator();
  world.until("the end of the Deployment", [this] { return world.get(kDeployments, "foo").is_null(); });
  EXPECT_THAT(said("MigrationDeploymentDeleted"), HasSubstr("foo"));
  world.until("the status", [this] { return !world.condition("foo", "StatefulSetReady").empty(); });
  world.settle_after("foo", [this] { world.merge(kInstances, "foo", R"({"metadata":{"annotations":{"a":"1"}}})"); });
  EXPECT_EQ(world.operator_requests("get", "deployments"), 1U);
}

TEST_F(OpenClawDeletion, B241ADeploymentOfSomebodyElsesStays) {
  world.create(kDeployments, "foo",
               R"({"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
                       "spec":{"containers":[{"name":"c","image":"i"}]}}}})");
  provisioned();
  EXPECT_FALSE(world.get(kDeployments, "foo").is_null());
  EXPECT_EQ(world.operator_requests("delete", "deployments"), 0U);
}

}  // namespace
}  // namespace rotor::test
