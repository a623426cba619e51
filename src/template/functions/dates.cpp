// Dates (sprig). The local zone is UTC, as in the image of today's operator.
#include <algorithm>

#include "base/duration.hpp"
#include "template/functions/helpers.hpp"
#include "template/go/number.hpp"
#include "template/go/time.hpp"

namespace rotor::tmpl {

namespace {

Time now(const Context& c) {
  Time t = from_wall(c.now());
  t.monotonic = true;
  return t;
}

// A time, or Unix seconds; everything else means now.
Time moment(const Context& c, const Value& v) {
  if (v.is(Type::kTime)) return v.time();
  if (v.is(Type::kInt) || v.is(Type::kInt64)) {
    Time t;
    t.seconds = v.integer();
    return t;
  }
  return now(c);
}

Returned shown(const Context& c, std::string_view layout, const Value& v, const std::string& zone) {
  return text(format_time(in_zone(moment(c, v), zone), layout));
}

Time shifted(Time t, std::int64_t nanos) {
  std::int64_t seconds = nanos / 1'000'000'000;
  std::int64_t rest = t.nanos + nanos % 1'000'000'000;
  if (rest < 0) {
    rest += 1'000'000'000;
    --seconds;
  } else if (rest >= 1'000'000'000) {
    rest -= 1'000'000'000;
    ++seconds;
  }
  t.seconds = wrapping_add(t.seconds, seconds);
  t.nanos = static_cast<std::int32_t>(rest);
  return t;
}

std::int64_t nanos_between(const Time& later, const Time& earlier) {
  const auto seconds = static_cast<__int128>(seconds_of_go(later)) - seconds_of_go(earlier);
  const __int128 d = seconds * 1'000'000'000 + later.nanos - earlier.nanos;
  return static_cast<std::int64_t>(std::clamp<__int128>(d, INT64_MIN, INT64_MAX));
}

Returned date_modify(Args a, bool must) {
  const auto d = parse_duration(str(a, 0));
  if (!d) {
    if (must) return bad("time: invalid duration");
    return a[1];
  }
  return Value::time(shifted(a[1].time(), d->count()));
}

Returned ago(Context& c, Args a) {
  const std::int64_t nanos = nanos_between(now(c), moment(c, a[0]));
  const std::int64_t second = 1'000'000'000;
  const std::int64_t rest = nanos % second;
  const std::int64_t up = rest * 2 >= second ? second : (rest * 2 <= -second ? -second : 0);
  const __int128 whole = static_cast<__int128>(nanos) - rest + up;
  return text(format_duration(Duration(static_cast<std::int64_t>(std::clamp<__int128>(whole, INT64_MIN, INT64_MAX)))));
}

Returned duration(Context&, Args a) {
  std::int64_t seconds = 0;
  if (a[0].is_text()) {
    const ParsedInt n = parse_int(str(a, 0), 10);
    if (n.value)
      seconds = *n.value;
    else if (n.error == NumberError::kRange)
      seconds = str(a, 0)[0] == '-' ? INT64_MIN : INT64_MAX;
  } else if (a[0].is(Type::kInt64)) {
    seconds = a[0].integer();
  }
  return text(
      format_duration(Duration(static_cast<std::int64_t>(static_cast<std::uint64_t>(seconds) * 1'000'000'000u))));
}

Returned duration_round(Context& c, Args a) {
  std::int64_t nanos = 0;
  if (a[0].is_text())
    nanos = parse_duration(str(a, 0)).value_or(Duration(0)).count();
  else if (a[0].is(Type::kInt64))
    nanos = a[0].integer();
  else if (a[0].is(Type::kTime))
    nanos = nanos_between(now(c), a[0].time());
  const std::uint64_t u = nanos < 0 ? 0 - static_cast<std::uint64_t>(nanos) : static_cast<std::uint64_t>(nanos);
  constexpr std::uint64_t kSecond = 1'000'000'000;
  struct Unit {
    std::uint64_t size;
    std::string_view name;
  };
  constexpr Unit kUnits[] = {{kSecond * 3600 * 24 * 365, "y"},
                             {kSecond * 3600 * 24 * 30, "mo"},
                             {kSecond * 3600 * 24, "d"},
                             {kSecond * 3600, "h"},
                             {kSecond * 60, "m"},
                             {kSecond, "s"}};
  for (const Unit& unit : kUnits) {
    if (u > unit.size) return text(std::to_string(u / unit.size) + std::string(unit.name));
  }
  return text("0s");
}

Returned to_date(Args a, bool must) {
  auto t = parse_time(str(a, 0), str(a, 1));
  if (t) return Value::time(*std::move(t));
  if (must) return std::unexpected(std::move(t).error());
  return Value::time({});
}

constexpr Function kDatesTable[] = {
    {"now", "", [](Context& c, Args) -> Returned { return Value::time(now(c)); }},
    {"date", "sa", [](Context& c, Args a) -> Returned { return shown(c, str(a, 0), a[1], "UTC"); }},
    {"htmlDate", "a", [](Context& c, Args a) -> Returned { return shown(c, "2006-01-02", a[0], "UTC"); }},
    {"dateInZone", "sas", [](Context& c, Args a) -> Returned { return shown(c, str(a, 0), a[1], str(a, 2)); }},
    {"date_in_zone", "sas", [](Context& c, Args a) -> Returned { return shown(c, str(a, 0), a[1], str(a, 2)); }},
    {"htmlDateInZone", "as", [](Context& c, Args a) -> Returned { return shown(c, "2006-01-02", a[0], str(a, 1)); }},
    {"toDate", "ss", [](Context&, Args a) -> Returned { return to_date(a, false); }},
    {"mustToDate", "ss", [](Context&, Args a) -> Returned { return to_date(a, true); }},
    {"dateModify", "st", [](Context&, Args a) -> Returned { return date_modify(a, false); }},
    {"date_modify", "st", [](Context&, Args a) -> Returned { return date_modify(a, false); }},
    {"mustDateModify", "st", [](Context&, Args a) -> Returned { return date_modify(a, true); }},
    {"must_date_modify", "st", [](Context&, Args a) -> Returned { return date_modify(a, true); }},
    {"ago", "a", ago},
    {"duration", "a", duration},
    {"durationRound", "a", duration_round},
    {"unixEpoch", "t", [](Context&, Args a) -> Returned { return text(std::to_string(a[0].time().seconds)); }},
};

}  // namespace

Table date_functions() { return kDatesTable; }

}  // namespace rotor::tmpl
