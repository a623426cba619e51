#include "base/time.hpp"

#include <gtest/gtest.h>

namespace rotor {
namespace {

struct TimeCase {
  std::string_view text;
  std::string_view seconds;
  std::string_view micros;
};

class Rfc3339 : public testing::TestWithParam<TimeCase> {};

TEST_P(Rfc3339, ParsesAndFormats) {
  const auto t = parse_time(GetParam().text);
  ASSERT_TRUE(t) << t.error().message;
  EXPECT_EQ(format_time(*t), GetParam().seconds);
  EXPECT_EQ(format_micro_time(*t), GetParam().micros);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Rfc3339,
    testing::Values(TimeCase{"2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z"},
                    TimeCase{"2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456Z"},
                    TimeCase{"2026-01-02T03:04:05.5+02:30", "2026-01-02T00:34:05Z", "2026-01-02T00:34:05.500000Z"},
                    TimeCase{"2024-02-29T23:59:59-00:01", "2024-03-01T00:00:59Z", "2024-03-01T00:00:59.000000Z"},
                    TimeCase{"1969-12-31T23:59:59.9Z", "1969-12-31T23:59:59Z", "1969-12-31T23:59:59.900000Z"}));

class NotRfc3339 : public testing::TestWithParam<std::string_view> {};

TEST_P(NotRfc3339, IsRefused) {
  const auto t = parse_time(GetParam());
  ASSERT_FALSE(t) << GetParam();
  EXPECT_EQ(t.error().message, "not an RFC 3339 time; write it like 2006-01-02T15:04:05Z");
}

INSTANTIATE_TEST_SUITE_P(Cases, NotRfc3339,
                         testing::Values("", "2026", "2026-01-02", "2026-01-02 03:04:05Z", "2026-13-02T03:04:05Z",
                                         "2026-02-29T03:04:05Z", "2026-01-02T24:04:05Z", "2026-01-02T03:60:05Z",
                                         "2026-01-02T03:04:60Z", "2026-01-02T03:04:05", "2026-01-02T03:04:05.Z",
                                         "2026-01-02T03:04:05+0100", "2026-01-02T03:04:05Zx", "2026-1-2T03:04:05Z",
                                         "9999-01-01T00:00:00Z", "0001-01-01T00:00:00Z"));

}  // namespace
}  // namespace rotor
