#include "openclaw/reference_index.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

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

TEST(ReferenceIndex, W15WithFiveThousandInstancesOfANamespaceALookUpTakesLessThanAMillisecond) {
  ReferenceIndex index;
  const auto name = [](int i) { return "agent-" + std::to_string(i); };
  for (int i = 0; i < 5000; ++i) index.set({"ns", name(i)}, {"own-" + std::to_string(i), "shared"});
  std::vector<std::chrono::nanoseconds> took;
  std::size_t found = 0;
  for (int i = 0; i < 5000; ++i) {
    const kube::Key secret{"ns", "own-" + std::to_string(i)};
    const auto begun = std::chrono::steady_clock::now();
    found += index.instances_of(secret).size();
    took.push_back(std::chrono::steady_clock::now() - begun);
  }
  EXPECT_EQ(found, 5000U);
  EXPECT_EQ(index.instances_of({"ns", "shared"}).size(), 5000U);
  std::ranges::sort(took);
  EXPECT_LT(took[4950], std::chrono::milliseconds(1));
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
