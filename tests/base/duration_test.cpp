#include "base/duration.hpp"

#include <gtest/gtest.h>

namespace rotor {
namespace {

struct DurationCase {
  std::string_view text;
  std::int64_t ns;
  std::string_view canonical;
};

class GoDuration : public testing::TestWithParam<DurationCase> {};

TEST_P(GoDuration, ParsesAndFormats) {
  const auto d = parse_duration(GetParam().text);
  ASSERT_TRUE(d) << d.error().message;
  EXPECT_EQ(d->count(), GetParam().ns);
  EXPECT_EQ(format_duration(*d), GetParam().canonical);
}

constexpr std::int64_t kSecond = 1'000'000'000;

INSTANTIATE_TEST_SUITE_P(
    Cases, GoDuration,
    testing::Values(DurationCase{"0", 0, "0s"}, DurationCase{"-0", 0, "0s"}, DurationCase{"0s", 0, "0s"},
                    DurationCase{"1h", 3600 * kSecond, "1h0m0s"}, DurationCase{"1h30m", 5400 * kSecond, "1h30m0s"},
                    DurationCase{"90s", 90 * kSecond, "1m30s"}, DurationCase{"1.5h", 5400 * kSecond, "1h30m0s"},
                    DurationCase{"1m1h", 3660 * kSecond, "1h1m0s"}, DurationCase{".5s", kSecond / 2, "500ms"},
                    DurationCase{"1.s", kSecond, "1s"}, DurationCase{"1.5ms", 1'500'000, "1.5ms"},
                    DurationCase{"100us", 100'000, "100\u00b5s"}, DurationCase{"1\u00b5s", 1'000, "1\u00b5s"},
                    DurationCase{"1\u03bcs", 1'000, "1\u00b5s"}, DurationCase{"1ns", 1, "1ns"},
                    DurationCase{"0.9ns", 0, "0s"}, DurationCase{"-1m", -60 * kSecond, "-1m0s"},
                    DurationCase{"+1m", 60 * kSecond, "1m0s"},
                    DurationCase{"1.000000001s", kSecond + 1, "1.000000001s"},
                    DurationCase{"0.33333333333333333333h", 1'200'000'000'000, "20m0s"},
                    DurationCase{"9223372036854775807ns", 9223372036854775807, "2562047h47m16.854775807s"},
                    DurationCase{"-9223372036854775808ns", std::numeric_limits<std::int64_t>::min(),
                                 "-2562047h47m16.854775808s"}));

struct BadDuration {
  std::string_view text;
  std::string_view message;
};

class GoDurationRefuses : public testing::TestWithParam<BadDuration> {};

TEST_P(GoDurationRefuses, InGosWords) {
  const auto d = parse_duration(GetParam().text);
  ASSERT_FALSE(d);
  EXPECT_EQ(d.error().code, Code::kInvalid);
  EXPECT_EQ(d.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, GoDurationRefuses,
    testing::Values(BadDuration{"", R"(time: invalid duration "")"}, BadDuration{"-", R"(time: invalid duration "-")"},
                    BadDuration{"3", R"(time: missing unit in duration "3")"},
                    BadDuration{"1d", R"(time: unknown unit "d" in duration "1d")"},
                    BadDuration{".s", R"(time: invalid duration ".s")"},
                    BadDuration{"s", R"(time: invalid duration "s")"},
                    BadDuration{"1h ", R"(time: unknown unit "h " in duration "1h ")"},
                    BadDuration{"1e3s", R"(time: unknown unit "e" in duration "1e3s")"},
                    BadDuration{"--1s", R"(time: invalid duration "--1s")"},
                    BadDuration{"1s\n", R"(time: unknown unit "s\x0a" in duration "1s\x0a")"},
                    BadDuration{"9223372036854775808ns", R"(time: invalid duration "9223372036854775808ns")"},
                    BadDuration{"9999999h", R"(time: invalid duration "9999999h")"},
                    BadDuration{"é", R"(time: invalid duration "\xc3\xa9")"},
                    BadDuration{"99999999999999999999s", R"(time: invalid duration "99999999999999999999s")"}));

}  // namespace
}  // namespace rotor
