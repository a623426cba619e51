// Where the data of an instance lies: what the spec says of it, and what pods that are there already have.
#include "openclaw/storage.hpp"

#include <gmock/gmock.h>

#include "openclaw/managed.hpp"
#include "tests/openclaw/instances.hpp"

namespace rotor::openclaw {
namespace {

using testing::HasSubstr;

TEST(AskedClaim, HasNoSizeAndNoModesThatAreDefaults) {
  const auto asked = [](std::string_view persistence) {
    return json::write(
        asked_claim(instance_foo(R"({"storage":{"persistence":)" + std::string(persistence) + "}}")).spec);
  };
  EXPECT_EQ(json::write(asked_claim(instance_foo()).spec), asked("{}"));
  EXPECT_FALSE(asked("{}").contains("storage\"") || asked("{}").contains("accessModes\":[\"")) << asked("{}");
  EXPECT_EQ(asked(R"({"size":"10Gi"})"), asked("{}")) << "the schema fills that in";
  EXPECT_TRUE(asked(R"({"size":"20Gi","accessModes":["ReadWriteMany"]})").contains("20Gi"));
  EXPECT_TRUE(asked(R"({"size":"20Gi","accessModes":["ReadWriteMany"]})").contains("ReadWriteMany"));
}

std::string claim_text(std::string_view spec = "{}") { return json::write(build_claim(instance_foo(spec)).spec); }

TEST(Claim, B100TheDefault) {
  const api::PersistentVolumeClaim claim = build_claim(instance_foo());
  EXPECT_EQ(claim.metadata.name, "foo-data");
  EXPECT_EQ(claim.metadata.annotations.at("openclaw.rocks/backup-enabled"), "true");
  ASSERT_EQ(claim.metadata.owner_references.size(), 1U);
  EXPECT_EQ(claim.metadata.owner_references[0].uid, "u-1");
  EXPECT_EQ(claim_text(), R"({"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"10Gi"}}})");
}

TEST(Claim, B101WhatTheSpecSays) {
  EXPECT_EQ(
      claim_text(
          R"({"storage":{"persistence":{"size":"50Gi","storageClass":"fast","accessModes":["ReadWriteMany"]}}})"),
      R"({"accessModes":["ReadWriteMany"],"resources":{"requests":{"storage":"50Gi"}},"storageClassName":"fast"})");
}

TEST(Claim, NoStorageClassIsNotTheDefaultOne) {
  EXPECT_THAT(claim_text(R"({"storage":{"persistence":{"storageClass":""}}})"), HasSubstr(R"("storageClassName":"")"));
}

TEST(Claim, B012ASizeThatIsNoQuantityIsTheDefault) {
  EXPECT_THAT(claim_text(R"({"storage":{"persistence":{"size":"big"}}})"), HasSubstr(R"("storage":"10Gi")"));
  EXPECT_THAT(claim_text(R"({"storage":{"persistence":{"size":"2048Mi"}}})"), HasSubstr(R"("storage":"2Gi")"));
}

const ManagedKind& claim_kind() {
  return *std::ranges::find(managed_kinds(), kube::kResource<api::PersistentVolumeClaim>, &ManagedKind::resource);
}

TEST(Claim, IsMadeOnceUnlessTheUserBringsOneOrWantsNone) {
  const auto place = [](std::string_view spec) { return claim_kind().place(instance_foo(spec)); };
  EXPECT_EQ(place("{}"), Place::kOurs);
  EXPECT_EQ(place(R"({"storage":{"persistence":{"enabled":false}}})"), Place::kEmpty);
  EXPECT_EQ(place(R"({"storage":{"persistence":{"existingClaim":"my-pvc"}}})"), Place::kUsers);
  EXPECT_EQ(claim_kind().name(instance_foo(R"({"storage":{"persistence":{"existingClaim":"my-pvc"}}})")), "my-pvc");
  EXPECT_EQ(claim_kind().build, nullptr);
  EXPECT_EQ(claim_kind().unwanted, Unwanted::kStays);
}

// `recorded`: what the status says the instance used, as far as we wrote it.
struct DataCase {
  const char* name;
  const char* persistence;
  const char* present;
  const char* recorded;
  const char* claim;
};
class Data : public testing::TestWithParam<DataCase> {};

TEST_P(Data, LiesWhereTheSpecAndWhatIsThereSay) {
  const DataCase& c = GetParam();
  OpenClawInstance instance = instance_foo(R"({"storage":{"persistence":)" + std::string(c.persistence) + "}}");
  if (*c.recorded != '\0') instance.status.managed_resources.emplace("pvc", c.recorded);
  EXPECT_EQ(data_claim(instance, c.present), c.claim);
  const api::PodSpec pod =
      build_stateful_set(instance, {.inject_token = false, .present_claim = c.present}).spec.pod_template.spec;
  EXPECT_EQ(pod.volumes.at(0).name, "data");
  EXPECT_EQ(claim_of(pod), c.claim);
  EXPECT_EQ(pod.volumes.at(0).empty_dir.has_value(), *c.claim == '\0');
}

constexpr const char* kOff = R"({"enabled":false})";
constexpr const char* kMine = R"({"existingClaim":"mine"})";
INSTANTIATE_TEST_SUITE_P(
    Cases, Data,
    testing::Values(DataCase{"ANewInstanceGetsItsOwn", "{}", "", "", "foo-data"},
                    DataCase{"B102WithoutPersistenceThereIsNone", kOff, "", "", ""},
                    DataCase{"B103TheUsersOwn", kMine, "", "", "mine"},
                    DataCase{"PodsThatHaveOursKeepIt", "{}", "foo-data", "foo-data", "foo-data"},
                    DataCase{"PodsOfAnotherOperatorKeepTheirs", "{}", "foo-data", "", "foo-data"},
                    DataCase{"AnotherNameIsKeptToo", "{}", "data-foo-0", "", "data-foo-0"},
                    DataCase{"AlsoOnceOursIsRecorded", "{}", "data-foo-0", "foo-data", "data-foo-0"},
                    DataCase{"WhoNamesAnotherOneMovesThere", kMine, "foo-data", "foo-data", "mine"},
                    DataCase{"WhoNoLongerNamesItMovesToOurs", "{}", "mine", "mine", "foo-data"},
                    DataCase{"WhoSwitchesItOffLosesSightOfIt", kOff, "foo-data", "foo-data", ""}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(Data, IsFoundInAStatefulSetThatWasRead) {
  const auto claim = [](std::string_view volumes) {
    return claim_of(*json::parse(R"({"spec":{"template":{"spec":{"volumes":)" + std::string(volumes) + "}}}}"));
  };
  EXPECT_EQ(claim(R"([{"name":"x"},{"name":"data","persistentVolumeClaim":{"claimName":"c"}}])"), "c");
  EXPECT_EQ(claim(R"([{"name":"data","emptyDir":{}}])"), "");
  EXPECT_EQ(claim_of(json::Value(json::Object{})), "");
}

TEST(StorageReady, SaysThatTheClaimIsMade) {
  const auto word = storage_word(instance_foo(), "");
  ASSERT_TRUE(word);
  EXPECT_EQ(word->reason, "PVCCreated");
  EXPECT_EQ(word->message, "PersistentVolumeClaim created successfully");
}

TEST(StorageReady, SaysWhichClaimIsKeptAndHowToMove) {
  const auto word = storage_word(instance_foo(), "data-foo-0");
  ASSERT_TRUE(word);
  EXPECT_EQ(word->reason, "ClaimKept");
  EXPECT_EQ(word->message,
            "The pods go on with the claim \"data-foo-0\", which the spec does not name: set "
            "spec.storage.persistence.existingClaim to \"data-foo-0\", or to \"foo-data\" to move there");
}

TEST(StorageReady, IsSilentOfWhatTheUserBringsOrDoesWithout) {
  EXPECT_FALSE(storage_word(instance_foo(R"({"storage":{"persistence":{"existingClaim":"mine"}}})"), "mine"));
  EXPECT_FALSE(storage_word(instance_foo(R"({"storage":{"persistence":{"enabled":false}}})"), ""));
}

}  // namespace
}  // namespace rotor::openclaw
