#include <random>

#include <gtest/gtest.h>

#include "template/gjson/scan.hpp"

namespace rotor::gjson {
namespace {

// scan_enclosed, byte by byte.
std::size_t plainly_enclosed(std::string_view text, std::size_t at) {
  int depth = 1;
  for (++at; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at) at += text[at] == '\\' ? 1 : 0;
      if (at >= text.size()) return text.size() + 1;
    } else if (c == '{' || c == '[' || c == '(') {
      ++depth;
    } else if ((c == '}' || c == ']' || c == ')') && --depth == 0) {
      return at + 1;
    }
  }
  return text.size();
}

TEST(GjsonScan, WalksOverBracketsByBlocksAsByBytes) {
  static constexpr std::string_view kPieces[] = {"{",
                                                 "}",
                                                 "[",
                                                 "]",
                                                 "(",
                                                 ")",
                                                 "\"",
                                                 "\"",
                                                 "\\",
                                                 "\\\"",
                                                 "x",
                                                 ":",
                                                 "\"some text\"",
                                                 "\"{[(\"",
                                                 "\"\\\\\"",
                                                 "padding padding padding"};
  std::mt19937 random{4};
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (std::size_t n = random() % 60; n-- > 0;) text += kPieces[random() % std::size(kPieces)];
    text = "{" + text;
    ASSERT_EQ(scan_enclosed(text, 0), plainly_enclosed(text, 0)) << text;
  }
}

TEST(GjsonScan, CountsAWayIntoALongDocument) {
  const std::string item = R"({"name": "a \"quoted\" } name", "list": [1, 2, {"deep": "\\"}]},)";
  std::string text = "[";
  for (int i = 0; i < 100; ++i) text += item;
  EXPECT_EQ(scan_enclosed(text + "] tail", 0), text.size() + 1);
  EXPECT_EQ(scan_enclosed(text, 0), text.size());
  EXPECT_EQ(scan_enclosed(text + "\"open", 0), text.size() + 6);
}

TEST(GjsonScan, EndsAStringAtTheFirstQuoteThatIsNotEscaped) {
  const auto scan = [](std::string_view text) {
    const StringScan s = scan_string(text, 0);
    return std::tuple(s.end, std::string(s.raw), s.escaped, s.closed);
  };
  EXPECT_EQ(scan(R"("a" b")"), std::tuple(3U, R"("a")", false, true));
  EXPECT_EQ(scan(R"("a\"b" c")"), std::tuple(6U, R"("a\"b")", true, true));
  EXPECT_EQ(scan(R"("a\\" c")"), std::tuple(5U, R"("a\\")", true, true));
  EXPECT_EQ(scan(R"("a\\\" c)"), std::tuple(8U, R"("a\\\" c)", true, false));
  EXPECT_EQ(scan(R"("a\)"), std::tuple(3U, R"("a\)", true, false));
  EXPECT_EQ(scan(R"(")"), std::tuple(1U, R"(")", false, false));
}

}  // namespace
}  // namespace rotor::gjson
