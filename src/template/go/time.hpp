// Instants as Go prints, formats and parses them. https://pkg.go.dev/time
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "template/go/value.hpp"

namespace rotor::tmpl {

struct CivilTime {
  std::int64_t year;
  int month, day, hour, minute, second, weekday, year_day;  // month 1…12, Sunday is 0, year_day from 1
};

CivilTime civil(const Time& t);
std::int64_t seconds_of(std::int64_t year, int month, int day);  // of midnight UTC since 1970
Time from_wall(WallTime t);
// The time of a civil date; months and days out of range roll over, as in Go's time.Date.
Time make_time(std::int64_t year, std::int64_t month, std::int64_t day, std::int64_t seconds_of_day,
               std::int32_t nanos);

std::string print_time(const Time& t);  // 2020-05-06 00:00:00 +0000 UTC
std::string rfc3339(const Time& t);
std::string format_time(const Time& t, std::string_view layout);

// The message names what is wrong ("month out of range"), not the text.
Result<Time> parse_time(std::string_view layout, std::string_view text);

// The same instant in a zone of the IANA database; an unknown zone is UTC.
Time in_zone(Time t, const std::string& zone);

// Go's arithmetic on seconds wraps.
inline std::int64_t wrapping_add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

// Since year 1, wrapped: what Go compares and subtracts.
inline std::int64_t seconds_of_go(const Time& t) { return wrapping_add(t.seconds, 62'135'596'800); }

std::string_view month_name(std::int64_t month);  // "" out of range
std::string_view weekday_name(std::int64_t weekday);

}  // namespace rotor::tmpl
