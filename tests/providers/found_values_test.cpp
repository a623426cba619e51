#include "providers/common/found_values.hpp"

#include <gtest/gtest.h>

namespace rotor::providers {
namespace {

SecretBytes bytes(std::size_t count) { return SecretBytes(std::string(count, 'x')); }

TEST(FoundValues, TakeWhatFitsAndEndTheSearchByWhatDoesNot) {
  FoundValues found;
  for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(found.put(name, bytes(1U << 20)));
  ASSERT_TRUE(found.put("d", bytes((1U << 20) - 4))) << "four mebibytes, the names included";
  const auto refused = found.put("e", SecretBytes());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kInvalid);
  EXPECT_TRUE(refused.error().message.starts_with("find: the first 5 matches are more than 4 MiB together"))
      << refused.error().message;
  EXPECT_TRUE(refused.error().message.contains("find.name.regexp"));
  EXPECT_EQ(std::move(found).take().size(), 4U);
}

TEST(FoundValues, AValueInPlaceOfAnotherIsCountedOnce) {
  FoundValues found;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(found.put("a", bytes(1U << 20)));
  EXPECT_TRUE(found.contains("a"));
  found.clear();
  EXPECT_FALSE(found.contains("a"));
  for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(found.put(name, bytes(1U << 20)));
}

}  // namespace
}  // namespace rotor::providers
