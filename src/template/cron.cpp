#include "template/cron.hpp"

#include <array>
#include <span>
#include <string>
#include <vector>

#include <date/tz.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/ascii.hpp"

namespace rotor::tmpl {
namespace {

using namespace std::chrono;

std::unexpected<Error> invalid(std::string message) { return fail(Code::kInvalid, std::move(message)); }

struct FieldRange {
  int least;
  int most;
  std::span<const std::string_view> names;  // of the values from `least` on
};

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t at = text.find(separator);
    out.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + 1);
  }
}

// As Go's Fields: pieces between white space, none empty.
std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  for (;;) {
    const std::size_t from = text.find_first_not_of(kSpace);
    if (from == std::string_view::npos) return out;
    text.remove_prefix(from);
    const std::size_t to = std::min(text.find_first_of(kSpace), text.size());
    out.push_back(text.substr(0, to));
    text.remove_prefix(to);
  }
}

Result<int> number(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with('+') || digits.starts_with('-')) digits.remove_prefix(1);
  const bool ok = !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (!ok) return invalid(fmt::format("failed to parse int from {}: it is not a number", text));
  int value = 0;
  for (const char c : digits) value = std::min(value, 100'000'000) * 10 + (c - '0');
  if (text.starts_with('-') && value != 0)
    return invalid(fmt::format("negative number ({}) not allowed: {}", -value, text));
  return value;
}

Result<int> number_or_name(std::string_view text, const FieldRange& range) {
  const std::string word = ascii_lower(text);
  for (std::size_t i = 0; i < range.names.size(); ++i) {
    if (range.names[i] == word) return range.least + static_cast<int>(i);
  }
  return number(text);
}

// One element of a comma list: `*`, `N`, `A-B`, each with `/STEP`. Sets bits; tells whether it is a plain star.
template <std::size_t N>
Result<bool> element(std::string_view text, const FieldRange& range, std::bitset<N>& bits) {
  const auto by_step = split(text, '/');
  const auto bounds = split(by_step[0], '-');
  int from = range.least;
  int to = range.most;
  bool star = bounds[0] == "*" || bounds[0] == "?";
  if (!star) {
    TRY(from, number_or_name(bounds[0], range));
    to = from;
    if (bounds.size() > 2) return invalid(fmt::format("too many hyphens: {}", text));
    if (bounds.size() == 2) {
      TRY(to, number_or_name(bounds[1], range));
    }
  }
  int step = 1;
  if (by_step.size() > 2) return invalid(fmt::format("too many slashes: {}", text));
  if (by_step.size() == 2) {
    TRY(step, number(by_step[1]));
    if (bounds.size() == 1) to = range.most;
    if (step > 1) star = false;
  }
  if (from < range.least) {
    return invalid(fmt::format("beginning of range ({}) below minimum ({}): {}", from, range.least, text));
  }
  if (to > range.most) return invalid(fmt::format("end of range ({}) above maximum ({}): {}", to, range.most, text));
  if (from > to) return invalid(fmt::format("beginning of range ({}) beyond end of range ({}): {}", from, to, text));
  if (step == 0) return invalid(fmt::format("step of range should be a positive number: {}", text));
  for (int i = from; i <= to; i += step) bits.set(static_cast<std::size_t>(i));
  return star;
}

template <std::size_t N>
Result<bool> field(std::string_view text, const FieldRange& range, std::bitset<N>& bits) {
  bool star = false;
  for (const std::string_view part : split(text, ',')) {
    if (part.empty()) continue;
    TRY(const bool one, element(part, range, bits));
    star = star || one;
  }
  return star;
}

std::string_view descriptor(std::string_view text) {
  if (text == "@yearly" || text == "@annually") return "0 0 1 1 *";
  if (text == "@monthly") return "0 0 1 * *";
  if (text == "@weekly") return "0 0 * * 0";
  if (text == "@daily" || text == "@midnight") return "0 0 * * *";
  if (text == "@hourly") return "0 * * * *";
  return {};
}

Result<Duration> every(std::string_view text) {
  auto period = parse_duration(text.substr(std::string_view("@every ").size()));
  if (!period) {
    return std::unexpected(std::move(period).error().prefixed(fmt::format("failed to parse duration {}", text)));
  }
  return std::max<Duration>(floor<seconds>(*period), seconds(1));
}

Result<const date::time_zone*> zone(std::string_view name) {
  if (name.empty() || name == "UTC") return nullptr;
  try {
    return date::locate_zone(std::string(name));
  } catch (const std::exception&) {
    return invalid(fmt::format("provided bad location {}: unknown time zone {}", name, name));
  }
}

// Stops at the ends of what a time can say, the years 1677 and 2262.
WallTime later(WallTime t, Duration by) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(t.time_since_epoch().count(), by.count(), &sum)) return WallTime(Duration(sum));
  return by.count() < 0 ? WallTime::min() : WallTime::max();
}

}  // namespace

Result<CronSchedule> CronSchedule::parse(std::string_view text) {
  if (text.empty()) return invalid("empty spec string");
  CronSchedule out;
  if (text.starts_with("TZ=") || text.starts_with("CRON_TZ=")) {
    const std::size_t name = text.find('=') + 1;
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return invalid(fmt::format("no schedule after the time zone: {}", text));
    TRY(out.zone_, zone(text.substr(name, space - name)));
    text.remove_prefix(std::min(text.find_first_not_of(" \t", space), text.size()));
  }
  if (text.starts_with("@every ")) {
    TRY(out.every_, every(text));
    return out;
  }
  if (text.starts_with('@')) {
    const std::string_view fields = descriptor(text);
    if (fields.empty()) return invalid(fmt::format("unrecognized descriptor: {}", text));
    text = fields;
  }
  const auto fields = words(text);
  if (fields.size() != 5) {
    return invalid(fmt::format("expected exactly 5 fields, found {}: [{}]", fields.size(), fmt::join(fields, " ")));
  }
  TRY_VOID(field(fields[0], {0, 59, {}}, out.minutes_));
  TRY_VOID(field(fields[1], {0, 23, {}}, out.hours_));
  TRY(out.any_day_, field(fields[2], {1, 31, {}}, out.days_));
  TRY_VOID(field(fields[3], {1, 12, kMonths}, out.months_));
  TRY(out.any_weekday_, field(fields[4], {0, 6, kWeekdays}, out.weekdays_));
  return out;
}

bool CronSchedule::day_matches(sys_days day) const {
  const year_month_day date(day);
  if (!months_.test(static_cast<unsigned>(date.month()))) return false;
  const bool by_day = days_.test(static_cast<unsigned>(date.day()));
  const bool by_weekday = weekdays_.test(weekday(day).c_encoding());
  return any_day_ || any_weekday_ ? by_day && by_weekday : by_day || by_weekday;
}

std::optional<WallTime> CronSchedule::next(WallTime t) const {
  // The first second of all time that can be counted has no beginning.
  if (every_) return later(std::max(floor<seconds>(t), ceil<seconds>(WallTime::min())), *every_);
  if (minutes_.none() || hours_.none() || months_.none()) return std::nullopt;
  return next_local(t);
}

// Walks the days of the zone and, on a day that matches, its hours in absolute time: an hour that the clock skips
// does not come, one that it repeats comes twice.
std::optional<WallTime> CronSchedule::next_local(WallTime t) const {
  const sys_time<minutes> start = floor<minutes>(t) + minutes(1);
  const auto offset_at = [&](sys_seconds when) { return zone_ == nullptr ? seconds(0) : zone_->get_info(when).offset; };
  const auto first_day = floor<days>(start + offset_at(start));
  const year_month_day first(first_day);
  const int last_year = static_cast<int>(first.year()) + 5;
  sys_time<minutes> at = start;
  for (auto day = first_day; static_cast<int>(year_month_day(day).year()) <= last_year; day += days(1)) {
    if (!day_matches(day)) continue;
    // A zone is at most 15 hours away from UTC.
    at = std::max(start, sys_time<minutes>(day) - hours(zone_ == nullptr ? 0 : 15));
    for (const auto end = sys_time<minutes>(day) + hours(zone_ == nullptr ? 24 : 39); at < end;) {
      const sys_time<minutes> local = at + duration_cast<minutes>(offset_at(at));
      if (floor<days>(local) != day) {
        at += minutes(1);
        continue;
      }
      const minutes of_day = local - day;
      const auto hour = static_cast<std::size_t>(of_day.count() / 60);
      if (!hours_.test(hour)) {
        at += minutes(zone_ == nullptr ? 60 - of_day.count() % 60 : 1);
        continue;
      }
      if (at > floor<minutes>(WallTime::max())) return std::nullopt;
      if (minutes_.test(static_cast<std::size_t>(of_day.count() % 60))) return WallTime(at);
      at += minutes(1);
    }
  }
  return std::nullopt;
}

bool window_active(const CronSchedule& schedule, Duration duration, WallTime t) {
  const Duration back = duration == Duration::min() ? Duration::max() : -duration;
  const auto opened = schedule.next(later(later(t, back), -seconds(1)));
  return opened && *opened <= t && t <= later(*opened, duration);
}

}  // namespace rotor::tmpl
