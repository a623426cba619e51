#include "secrets/key_diff.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rotor::secrets {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

SecretMap map_of(std::initializer_list<std::pair<const char*, const char*>> values) {
  SecretMap out;
  for (const auto& [key, value] : values) out.emplace(key, SecretBytes(value));
  return out;
}

TEST(KeyDiff, NamesKeysOnlyAndSorted_Row196) {
  const KeyDiff diff =
      key_diff(map_of({{"same", "1"}, {"z-gone", "1"}, {"a-gone", "2"}, {"changed", "1"}, {"cleared", "x"}}),
               map_of({{"same", "1"}, {"z-new", "1"}, {"a-new", ""}, {"changed", "2"}, {"cleared", ""}}));
  EXPECT_THAT(diff.added, ElementsAre("a-new", "z-new"));
  EXPECT_THAT(diff.updated, ElementsAre("changed", "cleared"));
  EXPECT_THAT(diff.removed, ElementsAre("a-gone", "z-gone"));
  EXPECT_THAT(diff.emptied, ElementsAre("a-new", "cleared"));
}

TEST(KeyDiff, OfTheSameIsEmpty) {
  const KeyDiff diff = key_diff(map_of({{"a", ""}}), map_of({{"a", ""}}));
  EXPECT_THAT(diff.added, IsEmpty());
  EXPECT_THAT(diff.updated, IsEmpty());
  EXPECT_THAT(diff.removed, IsEmpty());
  EXPECT_THAT(diff.emptied, IsEmpty());
}

}  // namespace
}  // namespace rotor::secrets
