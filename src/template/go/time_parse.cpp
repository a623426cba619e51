// Parsing of times by a layout. https://pkg.go.dev/time#Parse
#include <algorithm>
#include <charconv>
#include <optional>

#include "base/ascii.hpp"
#include "template/go/time.hpp"
#include "template/go/time_layout.hpp"

namespace rotor::tmpl {

namespace {

bool starts_with_fold(std::string_view s, std::string_view word) {
  return s.size() >= word.size() && ascii_lower(s.substr(0, word.size())) == ascii_lower(word);
}

int days_in(int month, std::int64_t year) {
  if (month == 2) return (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

class TimeParser {
 public:
  explicit TimeParser(std::string_view text) : s_(text) {}

  Result<Time> run(std::string_view layout) {
    while (!layout.empty()) {
      const LayoutPart part = next_part(layout);
      if (!take(part, layout)) return mismatch();
      if (range_ != nullptr)
        return rotor::fail(Code::kInvalid, std::string("parsing time: ") + range_ + " out of range");
    }
    if (!s_.empty()) return rotor::fail(Code::kInvalid, "parsing time: extra text after what the layout describes");
    return finish();
  }

 private:
  static std::unexpected<Error> mismatch() {
    return rotor::fail(Code::kInvalid, "parsing time: the text does not fit the layout");
  }

  std::optional<int> number(std::size_t least, std::size_t most) {
    std::size_t n = 0;
    while (n < most && is_digit_at(s_, n)) ++n;
    if (n < least) return std::nullopt;
    int v = 0;
    std::from_chars(s_.data(), s_.data() + n, v);
    s_.remove_prefix(n);
    return v;
  }

  bool store(std::optional<int> v, int& into, int low, int high, const char* what) {
    if (!v) return false;
    into = *v;
    if (*v < low || *v > high) range_ = what;
    return true;
  }

  bool name(std::string_view (*names)(std::int64_t), int first, int count, bool full, int& into) {
    for (int i = 0; i < count; ++i) {
      const std::string_view n = full ? names(first + i) : names(first + i).substr(0, 3);
      if (!starts_with_fold(s_, n)) continue;
      s_.remove_prefix(n.size());
      into = first + i;
      return true;
    }
    return false;
  }

  bool literal(std::string_view text) {
    // A run of spaces in the layout takes any run of spaces.
    while (!text.empty()) {
      if (text[0] == ' ') {
        if (!s_.empty() && s_[0] != ' ') return false;
        while (text.starts_with(' ')) text.remove_prefix(1);
        while (s_.starts_with(' ')) s_.remove_prefix(1);
        continue;
      }
      if (s_.empty() || s_[0] != text[0]) return false;
      s_.remove_prefix(1);
      text.remove_prefix(1);
    }
    return true;
  }

  bool take(const LayoutPart& part, std::string_view rest) {
    int ignored = 0;
    switch (part.kind) {
      case LayoutKind::kLiteral:
        return literal(part.text);
      case LayoutKind::kLongYear:
        if (!is_digit_at(s_, 0)) return false;
        return store(number(4, 4), year_, 0, 9999, "year");
      case LayoutKind::kYear:
        if (!store(number(2, 2), year_, 0, 99, "year")) return false;
        year_ += year_ >= 69 ? 1900 : 2000;
        return true;
      case LayoutKind::kLongMonth:
        return name(month_name, 1, 12, true, month_);
      case LayoutKind::kMonth:
        return name(month_name, 1, 12, false, month_);
      case LayoutKind::kNumMonth:
        return store(number(1, 2), month_, 1, 12, "month");
      case LayoutKind::kZeroMonth:
        return store(number(2, 2), month_, 1, 12, "month");
      case LayoutKind::kLongWeekday:
        return name(weekday_name, 0, 7, true, ignored);
      case LayoutKind::kWeekday:
        return name(weekday_name, 0, 7, false, ignored);
      case LayoutKind::kUnderDay:
        if (s_.starts_with(' ')) s_.remove_prefix(1);
        return store(number(1, 2), day_, 0, 99, "day");
      case LayoutKind::kDay:
        return store(number(1, 2), day_, 0, 99, "day");
      case LayoutKind::kZeroDay:
        return store(number(2, 2), day_, 0, 99, "day");
      case LayoutKind::kUnderYearDay:
        while (s_.starts_with(' ')) s_.remove_prefix(1);
        return store(number(1, 3), year_day_, 0, 999, "day-of-year");
      case LayoutKind::kZeroYearDay:
        return store(number(3, 3), year_day_, 0, 999, "day-of-year");
      case LayoutKind::kHour:
        return store(number(1, 2), hour_, 0, 23, "hour");
      case LayoutKind::kHour12:
        return store(number(1, 2), hour_, 0, 12, "hour");
      case LayoutKind::kZeroHour12:
        return store(number(2, 2), hour_, 0, 12, "hour");
      case LayoutKind::kMinute:
        return store(number(1, 2), minute_, 0, 59, "minute");
      case LayoutKind::kZeroMinute:
        return store(number(2, 2), minute_, 0, 59, "minute");
      case LayoutKind::kSecond:
      case LayoutKind::kZeroSecond:
        return second(part, rest);
      case LayoutKind::kUpperPm:
        return half_day("AM", "PM");
      case LayoutKind::kLowerPm:
        return half_day("am", "pm");
      case LayoutKind::kZone:
        return zone();
      case LayoutKind::kOffset:
        return offset(part);
      case LayoutKind::kFraction0:
        return fraction(static_cast<std::size_t>(part.digits), true);
      case LayoutKind::kFraction9:
        if (s_.size() < 2 || (s_[0] != '.' && s_[0] != ',') || !is_digit_at(s_, 1)) return true;
        return fraction(9, false);
    }
    return false;
  }

  bool second(const LayoutPart& part, std::string_view rest) {
    const std::size_t least = part.kind == LayoutKind::kZeroSecond ? 2 : 1;
    if (!store(number(least, 2), second_, 0, 59, "second")) return false;
    if (s_.size() < 2 || (s_[0] != '.' && s_[0] != ',') || !is_digit_at(s_, 1)) return true;
    if (!rest.empty()) {
      const LayoutPart next = next_part(rest);
      if (next.kind == LayoutKind::kFraction0 || next.kind == LayoutKind::kFraction9) return true;
    }
    return fraction(s_.size(), false);  // a fraction the layout does not mention
  }

  bool fraction(std::size_t digits, bool exact) {
    if (s_.empty() || (s_[0] != '.' && s_[0] != ',')) return false;
    std::size_t n = 1;
    while (n <= digits && is_digit_at(s_, n)) ++n;
    if (exact && n != digits + 1) return false;
    std::string nine(s_.substr(1, std::min<std::size_t>(n - 1, 9)));
    nine.resize(9, '0');
    std::from_chars(nine.data(), nine.data() + 9, nanos_);
    s_.remove_prefix(n);
    return true;
  }

  bool half_day(std::string_view am, std::string_view pm) {
    if (s_.starts_with(am))
      am_ = true;
    else if (s_.starts_with(pm))
      pm_ = true;
    else
      return false;
    s_.remove_prefix(2);
    return true;
  }

  bool offset(const LayoutPart& part) {
    if (part.z_for_utc && s_.starts_with('Z')) {
      s_.remove_prefix(1);
      offset_ = 0;
      zone_ = "UTC";
      return true;
    }
    if (s_.empty() || (s_[0] != '+' && s_[0] != '-')) return false;
    const int sign = s_[0] == '-' ? -1 : 1;
    s_.remove_prefix(1);
    int fields[3] = {0, 0, 0};
    const int count = 1 + (part.minutes ? 1 : 0) + (part.seconds ? 1 : 0);
    for (int i = 0; i < count; ++i) {
      if (i > 0 && part.colon) {
        if (!s_.starts_with(':')) return false;
        s_.remove_prefix(1);
      }
      const auto v = number(2, 2);
      if (!v) return false;
      fields[i] = *v;
    }
    if (fields[0] > 24) range_ = "time zone offset hour";
    if (fields[1] > 60) range_ = "time zone offset minute";
    if (fields[2] > 60) range_ = "time zone offset second";
    offset_ = sign * (fields[0] * 3600 + fields[1] * 60 + fields[2]);
    return true;
  }

  // An abbreviation: UTC, three or four capitals, GMT with hours, or a signed number of hours.
  bool zone() {
    if (s_.starts_with("UTC")) return named_zone(3);
    if (s_.starts_with("ChST") || s_.starts_with("MeST")) return named_zone(4);
    if (s_.starts_with("GMT")) {
      std::size_t n = 3;
      if (s_.size() > 3 && (s_[3] == '+' || s_[3] == '-')) {
        std::size_t end = 4;
        int hours = 0;
        while (is_digit_at(s_, end) && end < 7) hours = hours * 10 + (s_[end++] - '0');
        if (end > 4 && hours <= 23) n = end;
        gmt_hours_ = n > 3 ? (s_[3] == '-' ? -hours : hours) : 0;
      }
      return named_zone(n);
    }
    if (!s_.empty() && (s_[0] == '+' || s_[0] == '-')) {
      std::size_t end = 1;
      int hours = 0;
      while (is_digit_at(s_, end) && end < 4) hours = hours * 10 + (s_[end++] - '0');
      return end > 1 && hours <= 23 && named_zone(end);
    }
    std::size_t n = 0;
    while (n < 6 && n < s_.size() && s_[n] >= 'A' && s_[n] <= 'Z') ++n;
    if (n == 3) return named_zone(3);
    if (n == 4) return (s_[3] == 'T' || s_.starts_with("WITA")) && named_zone(4);
    return n == 5 && s_[4] == 'T' && named_zone(5);
  }

  bool named_zone(std::size_t n) {
    zone_name_ = s_.substr(0, n);
    s_.remove_prefix(n);
    if (zone_name_ == "UTC") {
      zone_ = "UTC";
      if (!offset_) offset_ = 0;
    }
    return true;
  }

  Result<Time> finish() {
    if (pm_ && hour_ < 12) hour_ += 12;
    if (am_ && hour_ == 12) hour_ = 0;
    if (year_day_ >= 0) {
      const bool leap = days_in(2, year_) == 29;
      if (year_day_ < 1 || year_day_ > (leap ? 366 : 365))
        return rotor::fail(Code::kInvalid, "parsing time: day-of-year out of range");
      if (month_ < 0 && day_ < 0) {
        month_ = 1;
        day_ = year_day_;
      }
    } else {
      if (month_ < 0) month_ = 1;
      if (day_ < 0) day_ = 1;
      if (day_ < 1 || day_ > days_in(month_, year_))
        return rotor::fail(Code::kInvalid, "parsing time: day out of range");
    }
    Time t = make_time(year_, month_, day_, hour_ * 3600 + minute_ * 60 + second_, nanos_);
    if (zone_ == "UTC" && offset_ == 0) return t;
    if (offset_) {
      t.seconds -= *offset_;
      const bool utc = *offset_ == 0 && (zone_name_.empty() || zone_name_ == "UTC");
      if (!utc) {
        t.offset = *offset_;
        t.zone = zone_name_;
      }
      return t;
    }
    if (!zone_name_.empty() && zone_name_ != "UTC") {
      t.offset = gmt_hours_ * 3600;
      t.seconds -= t.offset;
      t.zone = zone_name_;
    }
    return t;
  }

  std::string_view s_;
  int year_ = 0, month_ = -1, day_ = -1, year_day_ = -1, hour_ = 0, minute_ = 0, second_ = 0, nanos_ = 0;
  bool am_ = false, pm_ = false;
  std::optional<int> offset_;
  std::string zone_, zone_name_;
  int gmt_hours_ = 0;
  const char* range_ = nullptr;
};

}  // namespace

Result<Time> parse_time(std::string_view layout, std::string_view text) { return TimeParser(text).run(layout); }

}  // namespace rotor::tmpl
