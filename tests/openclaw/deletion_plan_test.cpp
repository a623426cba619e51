#include "openclaw/deletion_plan.hpp"

#include <gtest/gtest.h>

namespace rotor::openclaw {
namespace {

api::OpenClawInstance leaving(std::string_view spec = "{}") {
  api::OpenClawInstance instance;
  instance.metadata.name = "foo";
  instance.metadata.deletion_timestamp = "2026-01-02T03:00:00Z";
  auto read = json::read<api::InstanceSpec>(spec);
  EXPECT_TRUE(read) << read.error().message;
  instance.spec = std::move(read).value_or(api::InstanceSpec{});
  return instance;
}

TEST(DeletionPlan, B243AndB108ByDefaultThePodEndsFirstAndTheClaimStays) {
  const DeletionPlan plan = plan_deletion(leaving());
  EXPECT_TRUE(plan.stops_pods);
  EXPECT_TRUE(plan.releases_claim);
  EXPECT_EQ(plan.claim, "foo-data");
}

TEST(DeletionPlan, B242TheAnnotationSkipsTheWaitAndKeepsTheClaim) {
  api::OpenClawInstance instance = leaving();
  instance.metadata.annotations = {{"openclaw.rocks/skip-backup", "true"}};
  EXPECT_FALSE(plan_deletion(instance).stops_pods);
  EXPECT_TRUE(plan_deletion(instance).releases_claim);
  instance.metadata.annotations = {{"openclaw.rocks/skip-backup", "yes"}};
  EXPECT_TRUE(plan_deletion(instance).stops_pods);
}

TEST(DeletionPlan, B244WithoutPersistenceThereIsNothingToWaitForAndNothingToKeep) {
  const DeletionPlan plan = plan_deletion(leaving(R"({"storage":{"persistence":{"enabled":false}}})"));
  EXPECT_FALSE(plan.stops_pods);
  EXPECT_FALSE(plan.releases_claim);
  EXPECT_EQ(plan.claim, "");
}

TEST(DeletionPlan, B109WithoutOrphanTheClaimGoesAlong) {
  const DeletionPlan plan = plan_deletion(leaving(R"({"storage":{"persistence":{"orphan":false}}})"));
  EXPECT_TRUE(plan.stops_pods);
  EXPECT_FALSE(plan.releases_claim);
  EXPECT_EQ(plan.claim, "foo-data");
}

TEST(DeletionPlan, AClaimOfTheUsersIsNoneOfOurs) {
  const DeletionPlan plan = plan_deletion(leaving(R"({"storage":{"persistence":{"existingClaim":"mine"}}})"));
  EXPECT_TRUE(plan.stops_pods);
  EXPECT_FALSE(plan.releases_claim);
  EXPECT_EQ(plan.claim, "");
}

TEST(DeletionPlan, WhoDeletesWithCascadeOrphanKeepsEverythingRunning) {
  api::OpenClawInstance instance = leaving();
  instance.metadata.finalizers = {"openclaw.rocks/finalizer", "orphan"};
  EXPECT_FALSE(plan_deletion(instance).stops_pods);
  EXPECT_FALSE(plan_deletion(instance).releases_claim);
}

TEST(DeletionPatience, IsTheBackupsTimeoutWithinBounds) {
  const auto minutes = [](std::string_view spec) {
    return std::chrono::duration_cast<std::chrono::minutes>(deletion_patience(leaving(spec))).count();
  };
  EXPECT_EQ(minutes("{}"), 30);
  EXPECT_EQ(minutes(R"({"backup":{"timeout":"1h"}})"), 60);
  EXPECT_EQ(minutes(R"({"backup":{"timeout":"1s"}})"), 5);
  EXPECT_EQ(minutes(R"({"backup":{"timeout":"1000h"}})"), 24 * 60);
  EXPECT_EQ(minutes(R"({"backup":{"timeout":"soon"}})"), 30);
}

}  // namespace
}  // namespace rotor::openclaw
