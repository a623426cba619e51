#include "json/plain_run.hpp"

#include <string>

#include <gtest/gtest.h>

namespace rotor::json {
namespace {

template <Plain kPlain>
std::size_t one_by_one(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && is_plain<kPlain>(text[at])) ++at;
  return at;
}

// Every byte at every place of a word and behind it, followed by what could be taken for it.
TEST(PlainRun, EndsWhereTheFirstByteIsThatDoesNotStandForItself) {
  for (int value = 0; value < 256; ++value) {
    for (std::size_t at = 0; at < 20; ++at) {
      for (const char after : {'a', '#', '!', ']', '=', '\x1f', '\x80', '\xff', '"'}) {
        std::string text(20, 'a');
        text[at] = static_cast<char>(value);
        for (std::size_t rest = at + 1; rest < text.size(); ++rest) text[rest] = after;
        ASSERT_EQ(plain_run<Plain::kInJson>(text), one_by_one<Plain::kInJson>(text)) << value << " at " << at;
        ASSERT_EQ(plain_run<Plain::kInHtml>(text), one_by_one<Plain::kInHtml>(text)) << value << " at " << at;
      }
    }
  }
}

TEST(PlainRun, OfNothingIsNothing) { EXPECT_EQ(plain_run<Plain::kInJson>(""), 0U); }

}  // namespace
}  // namespace rotor::json
