#include "base/time.hpp"

#include <fmt/format.h>

namespace rotor {
namespace {

using namespace std::chrono;

// Years 0 to 9999 are what RFC 3339 can say; a nanosecond clock covers 1677 to 2262.
class TimeParser {
 public:
  explicit TimeParser(std::string_view text) : text_(text) {}

  Result<WallTime> parse() {
    const int y = number(4);
    const unsigned m = skip('-') ? unsigned_number(2) : 0;
    const unsigned d = skip('-') ? unsigned_number(2) : 0;
    if (!skip('T') && !skip('t')) return invalid();
    const int hh = number(2);
    const int mm = skip(':') ? number(2) : -1;
    const int ss = skip(':') ? number(2) : -1;
    const year_month_day date{year(y), month(m), day(d)};
    if (bad_ || !date.ok() || hh > 23 || mm < 0 || mm > 59 || ss < 0 || ss > 59) return invalid();
    const nanoseconds below = fraction();
    const minutes away = offset();
    if (bad_ || at_ != text_.size()) return invalid();
    const sys_seconds whole = sys_days(date) + hours(hh) + minutes(mm) + seconds(ss) - away;
    constexpr auto kLow = floor<seconds>(WallTime::min()) + seconds(1);
    constexpr auto kHigh = floor<seconds>(WallTime::max());
    if (whole < kLow || whole >= kHigh) return invalid();
    return WallTime(whole) + below;
  }

 private:
  static std::unexpected<Error> invalid() {
    return fail(Code::kInvalid, "not an RFC 3339 time; write it like 2006-01-02T15:04:05Z");
  }

  bool skip(char c) {
    if (at_ < text_.size() && text_[at_] == c) return ++at_, true;
    return false;
  }

  bool digit_next() const { return at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; }

  int number(int digits) {
    int value = 0;
    for (int i = 0; i < digits; ++i) {
      if (!digit_next()) return bad_ = true, 0;
      value = value * 10 + (text_[at_++] - '0');
    }
    return value;
  }
  unsigned unsigned_number(int digits) { return static_cast<unsigned>(number(digits)); }

  nanoseconds fraction() {
    if (!skip('.')) return {};
    if (!digit_next()) bad_ = true;
    std::int64_t value = 0;
    std::int64_t unit = 1'000'000'000;
    for (; digit_next(); ++at_) {
      if (unit == 1) continue;
      unit /= 10;
      value += (text_[at_] - '0') * unit;
    }
    return nanoseconds(value);
  }

  minutes offset() {
    if (skip('Z') || skip('z')) return {};
    const bool west = skip('-');
    if (!west && !skip('+')) return bad_ = true, minutes{};
    const int hh = number(2);
    if (!skip(':')) bad_ = true;
    const int mm = number(2);
    if (hh > 23 || mm > 59) bad_ = true;
    const minutes away = hours(hh) + minutes(mm);
    return west ? -away : away;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool bad_ = false;
};

struct Parts {
  year_month_day date;
  hh_mm_ss<nanoseconds> clock;
};

Parts split(WallTime t) {
  const auto days = floor<std::chrono::days>(t);
  return {year_month_day(days), hh_mm_ss<nanoseconds>(t - days)};
}

std::string format_to_seconds(const Parts& p) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(p.date.year()),
                     static_cast<unsigned>(p.date.month()), static_cast<unsigned>(p.date.day()),
                     p.clock.hours().count(), p.clock.minutes().count(), p.clock.seconds().count());
}

}  // namespace

std::string format_time(WallTime t) { return format_to_seconds(split(t)) + "Z"; }

std::string format_micro_time(WallTime t) {
  const Parts p = split(t);
  return fmt::format("{}.{:06}Z", format_to_seconds(p), p.clock.subseconds().count() / 1000);
}

Result<WallTime> parse_time(std::string_view text) { return TimeParser(text).parse(); }

}  // namespace rotor
