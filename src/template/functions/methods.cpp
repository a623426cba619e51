#include "template/functions/methods.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/duration.hpp"
#include "template/functions/helpers.hpp"
#include "template/functions/semver.hpp"
#include "template/go/time.hpp"

namespace rotor::tmpl {

namespace {

Returned integer(std::int64_t v, Type type = Type::kInt) { return Value::integer(v, type); }
CivilTime civil_of(Args a) { return civil(a[0].time()); }

int order(const Time& x, const Time& y) {
  if (x.seconds != y.seconds) return seconds_of_go(x) < seconds_of_go(y) ? -1 : 1;
  return x.nanos == y.nanos ? 0 : (x.nanos < y.nanos ? -1 : 1);
}

__int128 absolute_nanos(const Time& t) { return static_cast<__int128>(seconds_of_go(t)) * kSecond + t.nanos; }

Time moved(Time t, __int128 nanos) {
  const __int128 total = absolute_nanos(t) + nanos;
  __int128 seconds = total / kSecond;
  __int128 rest = total % kSecond;
  if (rest < 0) {
    rest += kSecond;
    --seconds;
  }
  t.seconds = static_cast<std::int64_t>(seconds - 62135596800);
  t.nanos = static_cast<std::int32_t>(rest);
  return t;
}

// Multiples count from year 1; half goes up.
Returned aligned(Args a, bool round) {
  const std::int64_t unit = a[1].integer();
  Time t = a[0].time();
  t.monotonic = false;
  if (unit <= 0) return Value::time(t);
  const __int128 rest = ((absolute_nanos(t) % unit) + unit) % unit;
  return Value::time(moved(t, round && rest * 2 >= unit ? unit - rest : -rest));
}

Returned add_date(Context&, Args a) {
  const Time& t = a[0].time();
  const CivilTime c = civil(t);
  constexpr std::int64_t kMost = 1'000'000'000;
  for (const std::size_t i : {1, 2, 3}) {
    if (a[i].integer() > kMost || a[i].integer() < -kMost) return bad("the date is out of range");
  }
  Time made = make_time(c.year + a[1].integer(), c.month + a[2].integer(), c.day + a[3].integer(),
                        c.hour * 3600 + c.minute * 60 + c.second, t.nanos);
  made.seconds = wrapping_add(made.seconds, -t.offset);
  made.offset = t.offset;
  made.zone = t.zone;
  return Value::time(made);
}

Returned sub(Context&, Args a) {
  const __int128 d = absolute_nanos(a[0].time()) - absolute_nanos(a[1].time());
  return integer(static_cast<std::int64_t>(std::clamp<__int128>(d, INT64_MIN, INT64_MAX)), Type::kDuration);
}

Returned unix_scaled(Args a, std::int64_t per_second) {
  const Time& t = a[0].time();
  const auto whole = static_cast<std::uint64_t>(t.seconds) * static_cast<std::uint64_t>(per_second);
  return integer(static_cast<std::int64_t>(whole + static_cast<std::uint64_t>(t.nanos / (kSecond / per_second))),
                 Type::kInt64);
}

constexpr Function kTime[] = {
    {"Format", "s", [](Context&, Args a) -> Returned { return text(format_time(a[0].time(), str(a, 1))); }},
    {"Unix", "", [](Context&, Args a) -> Returned { return integer(a[0].time().seconds, Type::kInt64); }},
    {"UnixMilli", "", [](Context&, Args a) -> Returned { return unix_scaled(a, 1000); }},
    {"UnixMicro", "", [](Context&, Args a) -> Returned { return unix_scaled(a, 1'000'000); }},
    {"UnixNano", "", [](Context&, Args a) -> Returned { return unix_scaled(a, kSecond); }},
    {"Year", "", [](Context&, Args a) -> Returned { return integer(civil_of(a).year); }},
    {"Month", "", [](Context&, Args a) -> Returned { return integer(civil_of(a).month, Type::kMonth); }},
    {"Day", "", [](Context&, Args a) -> Returned { return integer(civil_of(a).day); }},
    {"Hour", "", [](Context&, Args a) -> Returned { return integer(civil_of(a).hour); }},
    {"Minute", "", [](Context&, Args a) -> Returned { return integer(civil_of(a).minute); }},
    {"Second", "", [](Context&, Args a) -> Returned { return integer(civil_of(a).second); }},
    {"Nanosecond", "", [](Context&, Args a) -> Returned { return integer(a[0].time().nanos); }},
    {"YearDay", "", [](Context&, Args a) -> Returned { return integer(civil_of(a).year_day); }},
    {"Weekday", "", [](Context&, Args a) -> Returned { return integer(civil_of(a).weekday, Type::kWeekday); }},
    {"UTC", "", [](Context&, Args a) -> Returned { return Value::time(in_zone(a[0].time(), "UTC")); }},
    {"Local", "", [](Context&, Args a) -> Returned { return Value::time(in_zone(a[0].time(), "UTC")); }},
    {"String", "", [](Context&, Args a) -> Returned { return text(print_time(a[0].time())); }},
    {"Add", "d", [](Context&, Args a) -> Returned { return Value::time(moved(a[0].time(), a[1].integer())); }},
    {"AddDate", "iii", add_date},
    {"Sub", "t", sub},
    {"Before", "t", [](Context&, Args a) -> Returned { return yes(order(a[0].time(), a[1].time()) < 0); }},
    {"After", "t", [](Context&, Args a) -> Returned { return yes(order(a[0].time(), a[1].time()) > 0); }},
    {"Equal", "t", [](Context&, Args a) -> Returned { return yes(order(a[0].time(), a[1].time()) == 0); }},
    {"Compare", "t", [](Context&, Args a) -> Returned { return integer(order(a[0].time(), a[1].time())); }},
    {"IsZero", "", [](Context&, Args a) -> Returned { return yes(order(a[0].time(), Time{}) == 0); }},
    {"Truncate", "d", [](Context&, Args a) -> Returned { return aligned(a, false); }},
    {"Round", "d", [](Context&, Args a) -> Returned { return aligned(a, true); }},
};

constexpr Function kDuration[] = {
    {"String", "", [](Context&, Args a) -> Returned { return text(format_duration(Duration(a[0].integer()))); }},
    {"Hours", "",
     [](Context&, Args a) -> Returned { return Value::real(static_cast<double>(a[0].integer()) / 3600e9); }},
    {"Minutes", "",
     [](Context&, Args a) -> Returned { return Value::real(static_cast<double>(a[0].integer()) / 60e9); }},
    {"Seconds", "",
     [](Context&, Args a) -> Returned { return Value::real(static_cast<double>(a[0].integer()) / 1e9); }},
    {"Milliseconds", "",
     [](Context&, Args a) -> Returned { return integer(a[0].integer() / 1'000'000, Type::kInt64); }},
    {"Microseconds", "", [](Context&, Args a) -> Returned { return integer(a[0].integer() / 1000, Type::kInt64); }},
    {"Nanoseconds", "", [](Context&, Args a) -> Returned { return integer(a[0].integer(), Type::kInt64); }},
};

constexpr Function kNamed[] = {
    {"String", "",
     [](Context&, Args a) -> Returned {
       TRY(std::string s, to_text(a[0]));
       return Value::text(std::move(s));
     }},
};

Version next_version(const Version& v, int part) {
  Version n;
  n.major = v.major + (part == 0 ? 1 : 0);
  n.minor = part == 0 ? 0 : v.minor + (part == 1 ? 1 : 0);
  n.patch = part < 2 ? 0 : v.patch + (v.prerelease.empty() ? 1 : 0);
  n.original = (v.original.starts_with('v') ? "v" : "") + print_version(n);
  return n;
}

// A nil argument is a nil pointer in Go, whose use is an error.
Returned compared(Args a, bool (*test)(int)) {
  if (!a[1].is(Type::kVersion)) return bad("invalid memory address or nil pointer dereference");
  return yes(test(compare_versions(a[0].version(), a[1].version())));
}

// What a version has that is no pointer, as the Inc methods return it.
constexpr Function kVersionValue[] = {
    {"Major", "", [](Context&, Args a) -> Returned { return Value::unsigned_integer(a[0].version().major); }},
    {"Minor", "", [](Context&, Args a) -> Returned { return Value::unsigned_integer(a[0].version().minor); }},
    {"Patch", "", [](Context&, Args a) -> Returned { return Value::unsigned_integer(a[0].version().patch); }},
    {"Prerelease", "", [](Context&, Args a) -> Returned { return text(a[0].version().prerelease); }},
    {"Metadata", "", [](Context&, Args a) -> Returned { return text(a[0].version().metadata); }},
    {"String", "", [](Context&, Args a) -> Returned { return text(print_version(a[0].version())); }},
    {"IncMajor", "",
     [](Context&, Args a) -> Returned { return Value::version(next_version(a[0].version(), 0), Type::kVersionValue); }},
    {"IncMinor", "",
     [](Context&, Args a) -> Returned { return Value::version(next_version(a[0].version(), 1), Type::kVersionValue); }},
    {"IncPatch", "",
     [](Context&, Args a) -> Returned { return Value::version(next_version(a[0].version(), 2), Type::kVersionValue); }},
};

constexpr Function kVersionPointer[] = {
    {"Original", "", [](Context&, Args a) -> Returned { return text(a[0].version().original); }},
    {"Compare", "v",
     [](Context&, Args a) -> Returned {
       if (!a[1].is(Type::kVersion)) return bad("invalid memory address or nil pointer dereference");
       return integer(compare_versions(a[0].version(), a[1].version()));
     }},
    {"LessThan", "v", [](Context&, Args a) -> Returned { return compared(a, [](int o) { return o < 0; }); }},
    {"GreaterThan", "v", [](Context&, Args a) -> Returned { return compared(a, [](int o) { return o > 0; }); }},
    {"LessThanEqual", "v", [](Context&, Args a) -> Returned { return compared(a, [](int o) { return o <= 0; }); }},
    {"GreaterThanEqual", "v", [](Context&, Args a) -> Returned { return compared(a, [](int o) { return o >= 0; }); }},
    {"Equal", "v", [](Context&, Args a) -> Returned { return compared(a, [](int o) { return o == 0; }); }},
};

Table methods_of(Type type) {
  switch (type) {
    case Type::kTime:
      return kTime;
    case Type::kDuration:
      return kDuration;
    case Type::kMonth:
    case Type::kWeekday:
      return kNamed;
    case Type::kVersion:
    case Type::kVersionValue:
      return kVersionValue;
    default:
      return {};
  }
}

const Function* find_in(Table table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &Function::name);
  return found == table.end() ? nullptr : &*found;
}

}  // namespace

const Function* find_method(Type type, std::string_view name) {
  const Function* found = find_in(methods_of(type), name);
  return found == nullptr && type == Type::kVersion ? find_in(kVersionPointer, name) : found;
}

std::optional<Value> struct_field(const Value& value, std::string_view name) {
  if (!value.is(Type::kCertificate)) return std::nullopt;
  if (name == "Cert") return Value::text(value.certificate().cert);
  if (name == "Key") return Value::text(value.certificate().key);
  return std::nullopt;
}

}  // namespace rotor::tmpl
