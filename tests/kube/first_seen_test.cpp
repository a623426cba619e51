#include "kube/runtime/first_seen.hpp"

#include <gtest/gtest.h>

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{1h};
const Key kPod{"ns", "pod"};

TEST(FirstSeen, CountsFromTheFirstLookAtAMarkWhateverTheMarkSays) {
  FirstSeen seen;
  EXPECT_EQ(seen.age(kPod, "2001-01-01T00:00:00Z", kStart), 0s);
  EXPECT_EQ(seen.age(kPod, "2001-01-01T00:00:00Z", kStart + 7s), 7s);
  EXPECT_EQ(seen.age({"ns", "other"}, "2001-01-01T00:00:00Z", kStart + 7s), 0s) << "each object for itself";
}

TEST(FirstSeen, BeginsAnewWithAnotherMark) {
  FirstSeen seen;
  seen.age(kPod, "a", kStart);
  EXPECT_EQ(seen.age(kPod, "b", kStart + 7s), 0s);
  EXPECT_EQ(seen.age(kPod, "b", kStart + 9s), 2s);
  EXPECT_EQ(seen.age(kPod, "a", kStart + 9s), 0s);
}

TEST(FirstSeen, ForgetsWhatNobodyHasAskedAboutForADay) {
  FirstSeen seen;
  for (int i = 0; i < 1500; ++i) seen.age({"ns", std::to_string(i)}, "m", kStart);
  EXPECT_EQ(seen.size(), 1500U) << "all of them are young";
  seen.age(kPod, "m", kStart);
  for (int i = 0; i < 3000; ++i) {
    seen.age(kPod, "m", kStart + i * 1min);
    seen.age({"later", std::to_string(i)}, "m", kStart + i * 1min);
  }
  EXPECT_LT(seen.size(), 3001U);
  EXPECT_EQ(seen.age(kPod, "m", kStart + 50h), 50h) << "this one was asked about all along";
}

}  // namespace
}  // namespace rotor::kube
