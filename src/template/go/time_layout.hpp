// Go's reference-time layouts ("2006-01-02 15:04:05"), cut into parts.
#pragma once

#include <cstdint>
#include <string_view>

namespace rotor::tmpl {

enum class LayoutKind : std::uint8_t {
  kLiteral,
  kLongMonth,
  kMonth,
  kNumMonth,
  kZeroMonth,
  kLongWeekday,
  kWeekday,
  kDay,
  kUnderDay,
  kZeroDay,
  kUnderYearDay,
  kZeroYearDay,
  kHour,
  kHour12,
  kZeroHour12,
  kMinute,
  kZeroMinute,
  kSecond,
  kZeroSecond,
  kLongYear,
  kYear,
  kUpperPm,
  kLowerPm,
  kZone,
  kOffset,
  kFraction0,
  kFraction9,
};

struct LayoutPart {
  LayoutKind kind = LayoutKind::kLiteral;
  std::string_view text;                                                    // as written in the layout
  int digits = 0;                                                           // of a fraction
  char separator = '.';                                                     // of a fraction
  bool z_for_utc = false, colon = false, minutes = false, seconds = false;  // of an offset
};

// Takes the next part off a layout that is not empty.
LayoutPart next_part(std::string_view& layout);

inline bool is_digit_at(std::string_view s, std::size_t i) { return i < s.size() && s[i] >= '0' && s[i] <= '9'; }

}  // namespace rotor::tmpl
