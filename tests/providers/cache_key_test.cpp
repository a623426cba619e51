#include "providers/common/cache_key.hpp"

#include <gtest/gtest.h>

namespace rotor::providers {
namespace {

TEST(CacheKey, PartsDoNotRunIntoEachOther) {
  EXPECT_EQ(cache_key({"a", "b"}), cache_key({"a", "b"}));
  EXPECT_NE(cache_key({"a", "b"}), cache_key({"ab"}));
  EXPECT_NE(cache_key({"a", "b"}), cache_key({"ab", ""}));
  EXPECT_NE(cache_key({"", "ab"}), cache_key({"ab", ""}));
  EXPECT_NE(cache_key({"1:a"}), cache_key({"a"}));
}

TEST(CacheKey, HoldsNothingOfASecretPart) { EXPECT_FALSE(cache_key({"base", "canary"}).contains("canary")); }

}  // namespace
}  // namespace rotor::providers
