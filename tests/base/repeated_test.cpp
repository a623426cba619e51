#include "base/repeated.hpp"

#include <gtest/gtest.h>

namespace rotor {
namespace {

TEST(Repeated, SaysTheFirstAtOnceAndCountsTheOthers) {
  Repeated repeated(std::chrono::minutes(1));
  const SteadyTime start{std::chrono::hours(1)};
  EXPECT_EQ(repeated.due(start), 1U);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(repeated.due(start + std::chrono::seconds(i)), std::nullopt);
  EXPECT_EQ(repeated.due(start + std::chrono::seconds(60)), 11U);
  EXPECT_EQ(repeated.due(start + std::chrono::seconds(61)), std::nullopt);
}

}  // namespace
}  // namespace rotor
