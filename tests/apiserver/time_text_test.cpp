#include "apiserver/schema/time_text.hpp"

#include <gtest/gtest.h>

namespace rotor::apiserver::schema {
namespace {

struct Row {
  std::string_view text;
  bool micro;
  std::string_view why;  // the end of the message; "" when the text is a time
};

class TimeText : public testing::TestWithParam<Row> {};

TEST_P(TimeText, IsRefusedInGosWords) {
  const auto [text, micro, why] = GetParam();
  const auto error = time_error(text, micro);
  EXPECT_EQ(error.has_value(), !why.empty()) << error.value_or("");
  if (error) EXPECT_TRUE(error->ends_with(why)) << *error;
}

INSTANTIATE_TEST_SUITE_P(Times, TimeText,
                         testing::Values(Row{"2026-01-02T03:04:05Z", false, ""},
                                         Row{"2026-01-02T03:04:05.5+01:00", false, ""},
                                         Row{"2024-02-29T00:00:00Z", false, ""},
                                         Row{"2026-02-29T00:00:00Z", false, ": day out of range"},
                                         Row{"2026-13-01T00:00:00Z", false, ": month out of range"},
                                         Row{"2026-01-02 03:04:05Z", false, R"(cannot parse " 03:04:05Z" as "T")"},
                                         Row{"2026-01-02T03:04:05", false, R"(cannot parse "" as "Z07:00")"},
                                         Row{"2026-01-02T03:04:05Zx", false, R"(: extra text: "x")"},
                                         Row{"2026-01-02T03:04:05.123456Z", true, ""},
                                         Row{"2026-01-02T03:04:05.123Z", true, R"(cannot parse ".123Z" as ".000000")"},
                                         Row{"", true, R"(cannot parse "" as "2006")"}));

}  // namespace
}  // namespace rotor::apiserver::schema
