#include "secrets/unwritten.hpp"

#include <gtest/gtest.h>

namespace rotor::secrets {
namespace {

using std::chrono::seconds;

SecretMap values(std::string_view text) {
  SecretMap map;
  map.emplace("a", SecretBytes(text));
  return map;
}

const kube::Key kEs{"ns", "es"};
const SteadyTime kStart{};

TEST(Unwritten, GivesTheNextTryWhatWasMadeForTheOneBefore) {
  Unwritten unwritten;
  unwritten.keep(kEs, 0, "spec 1", values("x"), kStart);
  const SecretMap* found = unwritten.find(kEs, 0, "spec 1", kStart + seconds(5));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(*found, values("x"));
}

TEST(Unwritten, KnowsNothingOfOtherItemsObjectsAndSpecs) {
  Unwritten unwritten;
  unwritten.keep(kEs, 0, "spec 1", values("x"), kStart);
  EXPECT_EQ(unwritten.find(kEs, 1, "spec 1", kStart), nullptr);
  EXPECT_EQ(unwritten.find({"ns", "other"}, 0, "spec 1", kStart), nullptr);
  EXPECT_EQ(unwritten.find(kEs, 0, "spec 2", kStart), nullptr);
}

TEST(Unwritten, LetsNothingGrowOld) {
  Unwritten unwritten;
  unwritten.keep(kEs, 0, "spec 1", values("x"), kStart);
  EXPECT_NE(unwritten.find(kEs, 0, "spec 1", kStart + Unwritten::kGoodFor), nullptr);
  EXPECT_EQ(unwritten.find(kEs, 0, "spec 1", kStart + Unwritten::kGoodFor + seconds(1)), nullptr);
}

TEST(Unwritten, KeepsNothingOnceItIsWritten) {
  Unwritten unwritten;
  unwritten.keep(kEs, 0, "spec 1", values("x"), kStart);
  unwritten.forget(kEs);
  EXPECT_EQ(unwritten.find(kEs, 0, "spec 1", kStart), nullptr);
  EXPECT_EQ(unwritten.size(), 0U);
}

}  // namespace
}  // namespace rotor::secrets
