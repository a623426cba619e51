#include "openclaw/reference_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rotor::openclaw {
namespace {

using kube::Key;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(ReferenceIndex, FindsEveryInstanceOfASecret) {
  ReferenceIndex index;
  index.set({"ns", "a"}, {"x", "y"});
  index.set({"ns", "b"}, {"x"});
  EXPECT_THAT(index.instances_of({"ns", "x"}), ElementsAre(Key{"ns", "a"}, Key{"ns", "b"}));
  EXPECT_THAT(index.instances_of({"ns", "y"}), ElementsAre(Key{"ns", "a"}));
}

TEST(ReferenceIndex, ASecretOfTheSameNameInAnotherNamespaceIsNobodys) {
  ReferenceIndex index;
  index.set({"ns", "a"}, {"x"});
  EXPECT_THAT(index.instances_of({"other", "x"}), IsEmpty());
}

TEST(ReferenceIndex, FollowsEditsAndDeletion) {
  ReferenceIndex index;
  index.set({"ns", "a"}, {"x"});
  index.set({"ns", "a"}, {"y"});
  EXPECT_THAT(index.instances_of({"ns", "x"}), IsEmpty());
  EXPECT_THAT(index.instances_of({"ns", "y"}), ElementsAre(Key{"ns", "a"}));
  index.erase({"ns", "a"});
  EXPECT_THAT(index.instances_of({"ns", "y"}), IsEmpty());
}

}  // namespace
}  // namespace rotor::openclaw
