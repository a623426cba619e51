#include "json/document.hpp"

#include <gtest/gtest.h>

namespace rotor::json {
namespace {

struct RoundTrip {
  std::string_view text;
  std::string_view expected;
};

class Documents : public testing::TestWithParam<RoundTrip> {};

TEST_P(Documents, ParseAndSerialize) {
  const auto value = parse(GetParam().text);
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(serialize(*value), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Documents,
    testing::Values(RoundTrip{" null ", "null"}, RoundTrip{"[true,false,\"x\"]", "[true,false,\"x\"]"},
                    RoundTrip{R"({"b":1,"a":{"c":[]}})", R"({"b":1,"a":{"c":[]}})"}, RoundTrip{"0.5", "0.5"},
                    RoundTrip{"1e3", "1000"}, RoundTrip{"-9223372036854775808", "-9223372036854775808"},
                    RoundTrip{"18446744073709551615", "18446744073709551615"}, RoundTrip{"1e-9", "1e-9"},
                    RoundTrip{"18446744073709551616", "18446744073709552000"},
                    RoundTrip{R"({"a":1,"a":2})", R"({"a":2})"}, RoundTrip{R"("\ud83d\ude00\ud83d")", "\"😀\uFFFD\""}));

TEST(Documents, NameLineAndColumnOfWhatIsWrong) {
  EXPECT_EQ(parse("{\n \"a\": x}").error().message, "invalid JSON at line 2, column 7: expected a value");
  EXPECT_EQ(parse("[1e999]").error().message, "a number is out of range");
}

TEST(Documents, StopAtAHundredLevels) {
  EXPECT_TRUE(parse(std::string(100, '[') + std::string(100, ']')));
  EXPECT_FALSE(parse(std::string(101, '[') + std::string(101, ']')));
}

TEST(Documents, AreFoundByDottedPath) {
  const Value value = *parse(R"({"a":{"b":{"c":"x"},"n":1}})");
  EXPECT_EQ(find_string(value, "a.b.c"), "x");
  EXPECT_EQ(find_string(value, "a.n"), "");
  EXPECT_EQ(find(value, "a.x.c"), nullptr);
  EXPECT_EQ(find(value, "a.n.c"), nullptr);
  EXPECT_EQ(find(value, ""), &value);
  ASSERT_NE(find(value, "a.n"), nullptr);
  EXPECT_EQ(find(value, "a.n")->as_int64(), 1);
}

}  // namespace
}  // namespace rotor::json
