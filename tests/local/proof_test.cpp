#include "local/node/proof.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openclaw/names.hpp"

namespace rotor::local {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(AProof, IsGoodWithZeroBadWithOneAndNoAnswerOtherwise) {
  EXPECT_EQ(verdict_of(Exit{.code = 0}), Verdict::kGood);
  EXPECT_EQ(verdict_of(Exit{.code = 1}), Verdict::kBad);
  for (const int code : {2, 3, 77, 126, 127}) EXPECT_EQ(verdict_of(Exit{.code = code}), Verdict::kUnknown);
  EXPECT_EQ(verdict_of(Exit{.code = 137, .signal = 9}), Verdict::kUnknown);
  EXPECT_EQ(verdict_of(std::nullopt), Verdict::kUnknown) << "it did not end in time";
}

Variable variable(const std::string& name, const std::string& value, const std::string& origin) {
  return {name, SecretBytes(value), origin};
}

TEST(NewValues, AreNamedByTheKeyTheyComeFrom) {
  Environment before;
  before.push_back(variable("A", "one", "key A of secret s"));
  before.push_back(variable("B", "same", "key B of secret s"));
  before.push_back(variable("HOME", "/pods/foo-0/home", ""));
  Environment now;
  now.push_back(variable("A", "two", "key A of secret s"));
  now.push_back(variable("ALSO_A", "two", "key A of secret s"));
  now.push_back(variable("B", "same", "key B of secret s"));
  now.push_back(variable("C", "new", "key C of secret t"));
  now.push_back(variable("HOME", "/pods/foo-0.proof-1/home", ""));
  now.push_back(variable("PLAIN", "x", "key x of configmap m"));
  EXPECT_THAT(new_values(before, now), ElementsAre("key A of secret s", "key C of secret t"));
  EXPECT_THAT(new_values(now, now), IsEmpty());
}

api::StatefulSet set_with(const std::string& hash) {
  auto set = json::read<api::StatefulSet>(R"({"metadata":{"name":"foo","namespace":"ns","uid":"s"},"spec":{
    "volumeClaimTemplates":[{"metadata":{"name":"kept"}}],"template":{"metadata":{"annotations":{}},"spec":{
    "volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"foo-data"}},{"name":"s","secret":{"secretName":"s"}}],
    "containers":[{"name":"openclaw","image":"i"}]}}}})")
                 .value();
  set.spec.pod_template.metadata.annotations.emplace(openclaw::kSecretHash, hash);
  return set;
}

TEST(APodForAProof, HasFoldersOfItsOwnWhereThePodHasClaims) {
  const api::Pod pod = proof_pod(set_with("1"), 7);
  EXPECT_EQ(pod.metadata.key().text(), "ns/foo-0.proof-7");
  ASSERT_EQ(pod.spec.volumes.size(), 3U);
  for (const api::Volume& volume : pod.spec.volumes) EXPECT_FALSE(volume.persistent_volume_claim) << volume.name;
  EXPECT_TRUE(pod.spec.volumes[0].empty_dir);
  EXPECT_TRUE(pod.spec.volumes[1].secret);
  EXPECT_NE(proof_pod(set_with("1"), 8).metadata.uid, pod.metadata.uid);
}

TEST(APodForAProof, IsMadeOfAPodThatRunsAsWell) {
  api::Pod pod;
  pod.metadata.name = "foo-0";
  pod.spec.volumes.resize(1);
  pod.spec.volumes[0].persistent_volume_claim.emplace().claim_name = "mine";
  const api::Pod made = proof_pod(pod, 3);
  EXPECT_EQ(made.metadata.name, "foo-0.proof-3");
  EXPECT_FALSE(made.spec.volumes[0].persistent_volume_claim);
}

TEST(ARotation, IsToldByTheDigestOfTheSecrets) {
  api::Pod pod;
  pod.metadata.annotations.emplace(openclaw::kSecretHash, "1");
  EXPECT_FALSE(is_rotation(set_with("1"), pod));
  EXPECT_TRUE(is_rotation(set_with("2"), pod));
  EXPECT_TRUE(is_rotation(set_with("1"), api::Pod{}));
}

}  // namespace
}  // namespace rotor::local
