#include "local/node/volume_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/describe.hpp"
#include "local/node/pod_objects.hpp"

namespace rotor::local {
namespace {

using testing::HasSubstr;

api::StatefulSet set_of(const std::string& volumes, const std::string& claims = "[]") {
  const std::string text = R"({"metadata":{"name":"app","namespace":"ns"},"spec":{"volumeClaimTemplates":)" + claims +
                           R"(,"template":{"spec":{"volumes":)" + volumes +
                           R"(,"containers":[{"name":"main","volumeMounts":[{"name":"v","mountPath":"/v"}]}]}}}})";
  return json::read<api::StatefulSet>(text).value();
}

// Of the pod that the set makes.
Result<std::vector<PlannedVolume>> plan(const api::StatefulSet& set) {
  const auto pod = json::read<api::Pod>(json::serialize(make_pod(set, "1"))).value();
  return plan_volumes(pod.spec, pod.spec.containers.front());
}

Result<VolumeFiles> files(const std::string& volume) {
  VolumeObjects objects;
  objects.secrets["s"] = {{"a", SecretBytes("1")}, {"b", SecretBytes("2")}};
  objects.config_maps["c"] = {{"x.yaml", SecretBytes("x: 1")}};
  objects.pod.name = "app-0";
  objects.pod.labels = {{"tier", "front"}};
  const api::StatefulSet set = set_of("[" + volume + "]");
  TRY(const std::vector<PlannedVolume> volumes, plan(set));
  return volume_files(volumes.front(), objects);
}

std::string text(const VolumeFiles& files, std::string_view path) {
  const auto found = files.find(path);
  return found == files.end() ? "(none)" : std::string(found->second.content.reveal());
}

TEST(Volumes, SayWhatCannotBeHadOnALaptopAndWhatToUseInstead) {
  for (const auto& [source, name] : std::vector<std::pair<std::string, std::string>>{
           {R"("hostPath":{"path":"/"})", "hostPath"},
           {R"("csi":{"driver":"d"})", "csi"},
           {R"("nfs":{"server":"s","path":"/"})", "nfs"},
           {R"("image":{"reference":"r"})", "image"},
           {R"("projected":{"sources":[{"serviceAccountToken":{"path":"t"}}]})", "serviceAccountToken"},
           {R"("downwardAPI":{"items":[{"path":"cpu","resourceFieldRef":{"resource":"limits.cpu"}}]})", "cpu"}}) {
    const auto planned = plan(set_of(R"([{"name":"v",)" + source + "}]"));
    ASSERT_FALSE(planned.has_value()) << source;
    EXPECT_EQ(planned.error().code, Code::kInvalid);
    EXPECT_THAT(planned.error().message, HasSubstr("volume \"v\""));
    EXPECT_THAT(planned.error().message, HasSubstr(name));
    EXPECT_THAT(planned.error().message, HasSubstr("emptyDir"));
  }
}

TEST(Volumes, ThatOnlyOtherContainersMountAreNoConcern) {
  api::StatefulSet set = set_of(R"([{"name":"v","emptyDir":{}},{"name":"w","hostPath":{"path":"/"}}])");
  EXPECT_TRUE(plan(set).has_value());
}

TEST(Volumes, OfAClaimTemplateAreTheClaimOfThePod) {
  const auto planned = plan(set_of("[]", R"([{"metadata":{"name":"v"},"spec":{}}])"));
  ASSERT_TRUE(planned.has_value());
  EXPECT_EQ(planned->front().kind, PlannedVolume::Kind::kClaim);
  EXPECT_EQ(planned->front().claim, "v-app-0");
}

TEST(Volumes, AMountWithoutAVolumeIsNamed) {
  const auto planned = plan(set_of("[]"));
  ASSERT_FALSE(planned.has_value());
  EXPECT_THAT(planned.error().message, HasSubstr("v is mounted at /v"));
}

TEST(VolumeFiles, AreTheKeysOfASecretReadableByTheUserAlone) {
  const auto made = files(R"({"name":"v","secret":{"secretName":"s"}})");
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->size(), 2U);
  EXPECT_EQ(text(*made, "a"), "1");
  EXPECT_EQ(made->at("a").mode, 0400U) << "0644 asked for by default";
}

TEST(VolumeFiles, FollowItemsPathsAndModes) {
  const auto made = files(
      R"({"name":"v","secret":{"secretName":"s","defaultMode":256,"items":[{"key":"a","path":"deep/er/a"},{"key":"b","path":"b","mode":448}]}})");
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(text(*made, "deep/er/a"), "1");
  EXPECT_EQ(made->at("deep/er/a").mode, 0400U);
  EXPECT_EQ(made->at("b").mode, 0500U);
}

TEST(VolumeFiles, WaitForRequiredObjectsAndKeysByName) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"name":"v","secret":{"secretName":"gone"}})", "volume \"v\": secret \"gone\" not found"},
      {R"({"name":"v","configMap":{"name":"gone"}})", "volume \"v\": configmap \"gone\" not found"},
      {R"({"name":"v","secret":{"secretName":"s","items":[{"key":"zz","path":"z"}]}})",
       "volume \"v\": couldn't find key zz in secret s"}};
  for (const auto& [volume, message] : cases) {
    const auto made = files(volume);
    ASSERT_FALSE(made.has_value()) << volume;
    EXPECT_EQ(made.error().code, Code::kNotFound);
    EXPECT_EQ(made.error().message, message);
  }
}

TEST(VolumeFiles, LeaveOutWhatIsOptionalAndMissing) {
  EXPECT_TRUE(files(R"({"name":"v","secret":{"secretName":"gone","optional":true}})").value().empty());
  EXPECT_TRUE(files(R"({"name":"v","configMap":{"name":"gone","optional":true}})").value().empty());
  const auto made = files(
      R"({"name":"v","secret":{"secretName":"s","optional":true,"items":[{"key":"a","path":"a"},{"key":"zz","path":"z"}]}})");
  EXPECT_EQ(made.value().size(), 1U);
}

TEST(VolumeFiles, JoinTheSourcesOfAProjectedVolume) {
  const auto made = files(
      R"({"name":"v","projected":{"sources":[{"secret":{"name":"s","items":[{"key":"a","path":"one"}]}},{"configMap":{"name":"c"}},{"downwardAPI":{"items":[{"path":"name","fieldRef":{"fieldPath":"metadata.name"}},{"path":"labels","fieldRef":{"fieldPath":"metadata.labels"}}]}}]}})");
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_EQ(text(*made, "one"), "1");
  EXPECT_EQ(text(*made, "x.yaml"), "x: 1");
  EXPECT_EQ(text(*made, "name"), "app-0");
  EXPECT_EQ(text(*made, "labels"), "tier=\"front\"");
}

TEST(VolumeFiles, NeverLeaveTheVolume) {
  for (const char* path : {"../a", "/etc/a", "a/../../b", "", "..data", "a//b"}) {
    const auto made = files(R"({"name":"v","secret":{"secretName":"s","items":[{"key":"a","path":")" +
                            std::string(path) + R"("}]}})");
    ASSERT_FALSE(made.has_value()) << path;
    EXPECT_EQ(made.error().code, Code::kInvalid);
  }
}

}  // namespace
}  // namespace rotor::local
