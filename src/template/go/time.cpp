#include "template/go/time.hpp"

#include <array>
#include <chrono>

#include <date/tz.h>
#include <fmt/format.h>

#include "template/go/time_layout.hpp"

namespace rotor::tmpl {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// Days since 1970 of a proleptic Gregorian date, and back. http://howardhinnant.github.io/date_algorithms.html
std::int64_t days_from(std::int64_t y, int m, int d) {
  y -= m <= 2 ? 1 : 0;
  const std::int64_t era = floor_div(y, 400);
  const std::int64_t yoe = y - era * 400;
  const std::int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

std::string offset_text(int seconds, bool colon, bool with_minutes, bool with_seconds) {
  const char sign = seconds < 0 ? '-' : '+';
  const int s = std::abs(seconds);
  std::string out = fmt::format("{}{:02}", sign, s / 3600);
  if (with_minutes) out += fmt::format("{}{:02}", colon ? ":" : "", s / 60 % 60);
  if (with_seconds) out += fmt::format("{}{:02}", colon ? ":" : "", s % 60);
  return out;
}

std::string fraction(const Time& t, const LayoutPart& part) {
  std::string digits = fmt::format("{:09}", t.nanos).substr(0, static_cast<std::size_t>(part.digits));
  if (part.kind == LayoutKind::kFraction9) {
    while (!digits.empty() && digits.back() == '0') digits.pop_back();
    if (digits.empty()) return {};
  }
  return std::string(1, part.separator) + digits;
}

std::string zone_text(const Time& t) { return t.zone.empty() ? offset_text(t.offset, false, true, false) : t.zone; }

std::string part_text(const Time& t, const CivilTime& c, const LayoutPart& part) {
  const int hour12 = c.hour % 12 == 0 ? 12 : c.hour % 12;
  switch (part.kind) {
    case LayoutKind::kLongMonth:
      return std::string(month_name(c.month));
    case LayoutKind::kMonth:
      return std::string(month_name(c.month).substr(0, 3));
    case LayoutKind::kNumMonth:
      return fmt::format("{}", c.month);
    case LayoutKind::kZeroMonth:
      return fmt::format("{:02}", c.month);
    case LayoutKind::kLongWeekday:
      return std::string(weekday_name(c.weekday));
    case LayoutKind::kWeekday:
      return std::string(weekday_name(c.weekday).substr(0, 3));
    case LayoutKind::kDay:
      return fmt::format("{}", c.day);
    case LayoutKind::kUnderDay:
      return fmt::format("{:2}", c.day);
    case LayoutKind::kZeroDay:
      return fmt::format("{:02}", c.day);
    case LayoutKind::kUnderYearDay:
      return fmt::format("{:3}", c.year_day);
    case LayoutKind::kZeroYearDay:
      return fmt::format("{:03}", c.year_day);
    case LayoutKind::kHour:
      return fmt::format("{:02}", c.hour);
    case LayoutKind::kHour12:
      return fmt::format("{}", hour12);
    case LayoutKind::kZeroHour12:
      return fmt::format("{:02}", hour12);
    case LayoutKind::kMinute:
      return fmt::format("{}", c.minute);
    case LayoutKind::kZeroMinute:
      return fmt::format("{:02}", c.minute);
    case LayoutKind::kSecond:
      return fmt::format("{}", c.second);
    case LayoutKind::kZeroSecond:
      return fmt::format("{:02}", c.second);
    case LayoutKind::kLongYear:
      return c.year < 0 ? fmt::format("-{:04}", -c.year) : fmt::format("{:04}", c.year);
    case LayoutKind::kYear:
      return fmt::format("{:02}", (c.year % 100 + 100) % 100);
    case LayoutKind::kUpperPm:
      return c.hour >= 12 ? "PM" : "AM";
    case LayoutKind::kLowerPm:
      return c.hour >= 12 ? "pm" : "am";
    case LayoutKind::kZone:
      return zone_text(t);
    case LayoutKind::kOffset:
      if (part.z_for_utc && t.offset == 0) return "Z";
      return offset_text(t.offset, part.colon, part.minutes, part.seconds);
    case LayoutKind::kFraction0:
    case LayoutKind::kFraction9:
      return fraction(t, part);
    case LayoutKind::kLiteral:
      break;
  }
  return std::string(part.text);
}

}  // namespace

std::string_view month_name(std::int64_t m) { return m < 1 || m > 12 ? "" : kMonths[static_cast<std::size_t>(m - 1)]; }
std::string_view weekday_name(std::int64_t d) { return d < 0 || d > 6 ? "" : kDays[static_cast<std::size_t>(d)]; }

std::int64_t seconds_of(std::int64_t year, int month, int day) { return days_from(year, month, day) * 86400; }

CivilTime civil(const Time& t) {
  // Go counts from a March 1 so long ago that it needs no sign, and wraps before it.
  constexpr std::int64_t kLongAgo = 9'223'372'028'741'760'000;
  const auto since = static_cast<std::uint64_t>(wrapping_add(wrapping_add(t.seconds, t.offset), kLongAgo));
  const std::int64_t days = static_cast<std::int64_t>(since / 86400) - kLongAgo / 86400;
  const auto rest = static_cast<int>(since % 86400);
  const std::int64_t z = days + 719468;
  const std::int64_t era = floor_div(z, 146097);
  const std::int64_t doe = z - era * 146097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  CivilTime c{};
  c.day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
  c.month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  c.year = yoe + era * 400 + (c.month <= 2 ? 1 : 0);
  c.hour = rest / 3600;
  c.minute = rest / 60 % 60;
  c.second = rest % 60;
  c.weekday = static_cast<int>(((days + 4) % 7 + 7) % 7);
  c.year_day = static_cast<int>(days - days_from(c.year, 1, 1)) + 1;
  return c;
}

Time from_wall(WallTime t) {
  const std::int64_t nanos = t.time_since_epoch().count();
  Time out;
  out.seconds = floor_div(nanos, 1'000'000'000);
  out.nanos = static_cast<std::int32_t>(nanos - out.seconds * 1'000'000'000);
  return out;
}

Time make_time(std::int64_t year, std::int64_t month, std::int64_t day, std::int64_t seconds_of_day,
               std::int32_t nanos) {
  const std::int64_t m = month - 1;
  year += floor_div(m, 12);
  const int in_year = static_cast<int>(m - floor_div(m, 12) * 12) + 1;
  Time t;
  const auto days = static_cast<std::uint64_t>(days_from(year, in_year, 1) + day - 1);
  t.seconds = wrapping_add(static_cast<std::int64_t>(days * 86400), seconds_of_day);
  t.nanos = nanos;
  return t;
}

std::string print_time(const Time& t) {
  std::string out = format_time(t, "2006-01-02 15:04:05.999999999 -0700 MST");
  if (t.monotonic) out += " m=+0.000000001";
  return out;
}

std::string rfc3339(const Time& t) { return format_time(t, "2006-01-02T15:04:05.999999999Z07:00"); }

std::string format_time(const Time& t, std::string_view layout) {
  const CivilTime c = civil(t);
  std::string out;
  while (!layout.empty()) {
    const LayoutPart part = next_part(layout);
    out += part_text(t, c, part);
  }
  return out;
}

Time in_zone(Time t, const std::string& zone) {
  t.offset = 0;
  t.zone = "UTC";
  t.monotonic = false;
  if (zone.empty() || zone == "UTC" || zone == "Local") return t;
  try {
    const date::time_zone* z = date::locate_zone(zone);
    // Far years are clamped for the look-up only: rules do not change there.
    const std::int64_t at = std::clamp<std::int64_t>(t.seconds, -9'000'000'000, 200'000'000'000);
    const auto info = z->get_info(date::sys_seconds(std::chrono::seconds(at)));
    t.offset = static_cast<std::int32_t>(info.offset.count());
    t.zone = info.abbrev;
  } catch (const std::exception&) {
    // Not in the database: UTC, as sprig does.
  }
  return t;
}

}  // namespace rotor::tmpl
