#include "secrets/ownership.hpp"

#include <gtest/gtest.h>

#include "tests/secrets/samples.hpp"

namespace rotor::secrets {
namespace {

using test::sample_es;
using test::sample_secret;

kube::OwnerReference controller(std::string api_version, std::string kind, std::string name, std::string uid) {
  return {.api_version = std::move(api_version),
          .kind = std::move(kind),
          .name = std::move(name),
          .uid = std::move(uid),
          .controller = true,
          .block_owner_deletion = true};
}

Target owned_by(kube::OwnerReference owner) {
  auto secret = sample_secret({});
  secret.metadata.owner_references = {std::move(owner)};
  return to_target(std::move(secret));
}

TEST(Ownership, IsRefusedByAnotherKindsController_Row14) {
  const auto live = owned_by(controller("apps/v1", "Deployment", "web", "uid-d"));
  const auto owners = decide_ownership(sample_es(), &live);
  ASSERT_FALSE(owners);
  EXPECT_EQ(ready_words(owners.error().ending).message, "failed to take ownership of target secret");
  EXPECT_EQ(owners.error().error.message,
            "could not set controller reference on secret: Object ns/tgt is already owned by another Deployment "
            "controller web");
  EXPECT_EQ(owners.error().then.kind, kube::Outcome::Kind::kDone);
}

TEST(Ownership, IsRefusedByAnotherExternalSecret_Row15) {
  for (const char* version : {"external-secrets.io/v1", "external-secrets.io/v1beta1"}) {
    const auto live = owned_by(controller(version, "ExternalSecret", "other", "uid-o"));
    const auto owners = decide_ownership(sample_es(), &live);
    ASSERT_FALSE(owners);
    EXPECT_EQ(ready_words(owners.error().ending).message, "target is owned by another ExternalSecret");
    EXPECT_EQ(owners.error().error.message,
              "secret is owned by another ExternalSecret: other; give spec.target.name another value");
    EXPECT_EQ(owners.error().then.kind, kube::Outcome::Kind::kDone);
  }
}

TEST(Ownership, IsTakenOverFromAnEarlierSelf_Row16) {
  auto live = owned_by(controller("external-secrets.io/v1beta1", "ExternalSecret", "es", "uid-old"));
  kube::OwnerReference other;
  other.kind = "ConfigMap";
  live.metadata.owner_references.push_back(other);
  const auto owners = decide_ownership(sample_es(), &live);
  ASSERT_TRUE(owners);
  ASSERT_EQ(owners->size(), 2U);
  EXPECT_EQ((*owners)[0], owner_reference(sample_es())) << "in its place";
  EXPECT_EQ((*owners)[1].kind, "ConfigMap");
}

TEST(Ownership, IsTheSameUnderAnEarlierVersionOfItsGroup) {
  auto earlier = owner_reference(sample_es());
  earlier.api_version = "external-secrets.io/v1beta1";
  EXPECT_TRUE(same_owners({earlier}, {owner_reference(sample_es())}));
  auto another = earlier;
  another.uid = "uid-of-another";
  EXPECT_FALSE(same_owners({another}, {owner_reference(sample_es())}));
  EXPECT_FALSE(same_owners({}, {owner_reference(sample_es())}));
  auto foreign = controller("apps/v1beta1", "Deployment", "web", "uid-d");
  auto foreign_now = foreign;
  foreign_now.api_version = "apps/v1";
  EXPECT_FALSE(same_owners({foreign}, {foreign_now}));
}

}  // namespace
}  // namespace rotor::secrets
