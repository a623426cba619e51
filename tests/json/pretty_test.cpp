#include "json/pretty.hpp"

#include <gtest/gtest.h>

namespace rotor::json {
namespace {

TEST(PrettySorted, SortsMembersAndKeepsNumbersAsTheyAreWritten) {
  EXPECT_EQ(pretty_sorted(R"({"b":[1.10,90071992547409931,{}],"a":{"y":[],"x":"{,}\"["}})", Escape::kHtml),
            R"({
  "a": {
    "x": "{,}\"[",
    "y": []
  },
  "b": [
    1.10,
    90071992547409931,
    {}
  ]
})");
}

TEST(PrettySorted, EscapesWhatHtmlWouldReadWhenAsked) {
  EXPECT_EQ(pretty_sorted(R"(["<&>"])", Escape::kHtml), "[\n  \"\\u003c\\u0026\\u003e\"\n]");
  EXPECT_EQ(pretty_sorted(R"(["<&>"])", Escape::kPlain), "[\n  \"<&>\"\n]");
}

TEST(PrettySorted, TakesBareValuesAndRefusesWhatIsNoJson) {
  EXPECT_EQ(pretty_sorted(" 1.0 ", Escape::kPlain), "1.0");
  EXPECT_EQ(pretty_sorted("{}", Escape::kPlain), "{}");
  EXPECT_FALSE(pretty_sorted("{a:1}", Escape::kPlain));
}

}  // namespace
}  // namespace rotor::json
