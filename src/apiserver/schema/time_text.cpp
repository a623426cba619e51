#include "apiserver/schema/time_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace rotor::apiserver::schema {

namespace {

bool digits(std::string_view text, std::size_t n) {
  return text.size() >= n && std::ranges::all_of(text.substr(0, n), [](char c) { return c >= '0' && c <= '9'; });
}

int number(std::string_view text, std::size_t n) {
  int out = 0;
  for (const char c : text.substr(0, n)) out = out * 10 + (c - '0');
  return out;
}

// A part of the pattern: what it is called in messages, how many digits it takes (0: it is literal text), its bounds.
struct Part {
  std::string_view shown;
  std::size_t width = 0;
  int from = 0, to = 9999;
  std::string_view what{};
};
constexpr Part kParts[] = {{"2006", 4},
                           {"-"},
                           {"01", 2, 1, 12, "month"},
                           {"-"},
                           {"02", 2, 1, 31, "day"},
                           {"T"},
                           {"15", 2, 0, 23, "hour"},
                           {":"},
                           {"04", 2, 0, 59, "minute"},
                           {":"},
                           {"05", 2, 0, 59, "second"}};

int days_of(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

// The length of `Z` or `+01:00`; 0 for anything else.
std::size_t zone(std::string_view text) {
  if (text.starts_with('Z')) return 1;
  const bool sign = text.starts_with('+') || text.starts_with('-');
  const bool fits =
      sign && text.size() >= 6 && digits(text.substr(1), 2) && text[3] == ':' && digits(text.substr(4), 2);
  return fits ? 6 : 0;
}

// The length of `.5` and the like, where any number of digits may stand.
std::size_t fraction(std::string_view text) {
  if (!text.starts_with('.') || !digits(text.substr(1), 1)) return 0;
  const auto end = text.find_first_not_of("0123456789", 1);
  return end == std::string_view::npos ? text.size() : end;
}

}  // namespace

std::optional<std::string> time_error(std::string_view text, bool micro) {
  const auto bad = [&](std::string_view rest, std::string_view as) {
    return fmt::format("parsing time \"{}\" as \"2006-01-02T15:04:05{}Z07:00\": cannot parse \"{}\" as \"{}\"", text,
                       micro ? ".000000" : "", rest, as);
  };
  const auto out_of_range = [&](std::string_view what) {
    return fmt::format("parsing time \"{}\": {} out of range", text, what);
  };
  std::string_view rest = text;
  int year = 0, month = 1, day = 1;
  for (const Part& part : kParts) {
    if (part.width == 0) {
      if (!rest.starts_with(part.shown)) return bad(rest, part.shown);
      rest.remove_prefix(part.shown.size());
      continue;
    }
    if (!digits(rest, part.width)) return bad(rest, part.shown);
    const int n = number(rest, part.width);
    if (n < part.from || n > part.to) return out_of_range(part.what);
    if (part.shown == "2006") year = n;
    if (part.shown == "01") month = n;
    if (part.shown == "02") day = n;
    rest.remove_prefix(part.width);
  }
  if (micro) {
    if (!rest.starts_with('.') || !digits(rest.substr(1), 6)) return bad(rest, ".000000");
    rest.remove_prefix(7);
  } else {
    rest.remove_prefix(fraction(rest));
  }
  const std::size_t length = zone(rest);
  if (length == 0) return bad(rest, "Z07:00");
  rest.remove_prefix(length);
  if (!rest.empty()) return fmt::format("parsing time \"{}\": extra text: \"{}\"", text, rest);
  if (day > days_of(year, month)) return out_of_range("day");
  return std::nullopt;
}

}  // namespace rotor::apiserver::schema
