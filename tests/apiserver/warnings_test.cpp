#include "apiserver/http/warnings.hpp"

#include <gtest/gtest.h>

namespace rotor::apiserver {
namespace {

using Texts = std::vector<std::string>;

TEST(Warnings, StandInHeadersOnceEach) {
  EXPECT_EQ(within_headers({"a", "b", "a"}), (Texts{"a", "b"}));
  EXPECT_EQ(within_headers({std::string(4000, 'x')}), Texts{std::string(4000, 'x')}) << "as long as there is room";
}

// A client refuses an answer whose headers are too long, and with it what was done.
TEST(Warnings, AreCutAndLeftOutWhereHeadersWouldBeTooLong) {
  Texts many;
  for (int i = 0; i < 300; ++i) many.push_back(std::to_string(i) + std::string(300, 'x'));
  const Texts shown = within_headers(many);
  EXPECT_EQ(shown.size(), 16U);
  for (const std::string& text : shown) EXPECT_EQ(text.size(), 256U);
}

TEST(Warnings, AreCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "ä€";
  const std::string shown = within_headers({text}).front();
  EXPECT_LE(shown.size(), 256U);
  EXPECT_TRUE(text.starts_with(shown));
  EXPECT_EQ(static_cast<unsigned char>(text[shown.size()]) & 0xC0U, 0xC0U) << "a character begins there";
}

}  // namespace
}  // namespace rotor::apiserver
