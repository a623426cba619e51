#include "json/yaml_resolve.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "json/go_float.hpp"

namespace rotor::json::yaml {
namespace {

constexpr std::array<std::string_view, 11> kTrue = {"y",    "Y",    "yes", "Yes", "YES", "true",
                                                    "True", "TRUE", "on",  "On",  "ON"};
constexpr std::array<std::string_view, 11> kFalse = {"n",     "N",     "no",  "No",  "NO", "false",
                                                     "False", "FALSE", "off", "Off", "OFF"};
constexpr std::array<std::string_view, 5> kNull = {"", "~", "null", "Null", "NULL"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <std::size_t N>
bool one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, text) != words.end();
}

struct Unsigned {
  std::string_view digits;
  int base = 10;
};

// Go's base detection: 0x, 0o, 0b, a leading 0 for octal.
Unsigned split_base(std::string_view text) {
  if (text.size() < 2 || text[0] != '0') return {text, 10};
  switch (text[1]) {
    case 'x':
    case 'X':
      return {text.substr(2), 16};
    case 'o':
    case 'O':
      return {text.substr(2), 8};
    case 'b':
    case 'B':
      return {text.substr(2), 2};
    default:
      return {text.substr(1), 8};
  }
}

std::optional<Resolved> integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  const bool has_sign = negative || text.starts_with('+');
  const Unsigned number = split_base(text.substr(has_sign ? 1 : 0));
  std::uint64_t value = 0;
  const char* end = number.digits.data() + number.digits.size();
  const auto [stop, error] = std::from_chars(number.digits.data(), end, value, number.base);
  if (error != std::errc{} || stop != end) return std::nullopt;
  constexpr std::uint64_t kLimit = std::uint64_t{1} << 63U;
  if (negative) {
    if (value > kLimit) return std::nullopt;
    return value == kLimit ? std::numeric_limits<std::int64_t>::min() : -static_cast<std::int64_t>(value);
  }
  if (value < kLimit) return static_cast<std::int64_t>(value);
  if (has_sign) return std::nullopt;  // Go's ParseUint takes no sign
  return value;
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool looks_like_float(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - from;
  };
  const auto skip = [&](std::string_view any) {
    const bool found = at < text.size() && any.find(text[at]) != std::string_view::npos;
    if (found) ++at;
    return found;
  };
  skip("+-");
  const bool whole = digits() > 0;
  if (skip(".")) {
    if (digits() == 0 && !whole) return false;
  } else if (!whole) {
    return false;
  }
  if (skip("eE")) {
    skip("+-");
    if (digits() == 0) return false;
  }
  return at == text.size();
}

std::optional<Resolved> floating(std::string_view text) {
  if (!looks_like_float(text)) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto error = std::from_chars(text.data(), text.data() + text.size(), value).ec;
  if (error == std::errc::result_out_of_range) {
    const std::size_t e = text.find_first_of("eE");
    const bool tiny = e != std::string_view::npos && text.substr(e).find('-') != std::string_view::npos;
    if (!tiny) return std::nullopt;  // stays a string, as in Go
    value = text.starts_with('-') ? -0.0 : 0.0;
  }
  return value;
}

std::optional<Resolved> special_float(std::string_view text) {
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return std::numeric_limits<double>::quiet_NaN();
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text != ".inf" && text != ".Inf" && text != ".INF") return std::nullopt;
  return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
}

}  // namespace

Resolved resolve_plain(std::string_view text) {
  if (one_of(text, kNull)) return nullptr;
  if (one_of(text, kTrue)) return true;
  if (one_of(text, kFalse)) return false;
  if (const auto special = special_float(text)) return *special;
  const char first = text[0];
  if (!is_digit(first) && first != '+' && first != '-' && first != '.') return IsString{};
  std::string bare(text);
  if (first != '.') {
    std::erase(bare, '_');
    if (const auto whole = integer(bare)) return *whole;
  }
  if (const auto value = floating(bare)) return *value;
  return IsString{};
}

bool key_text(const Resolved& resolved, std::string_view source, std::string& out) {
  if (std::holds_alternative<IsString>(resolved)) {
    out = source;
  } else if (const auto* flag = std::get_if<bool>(&resolved)) {
    out = *flag ? "true" : "false";
  } else if (const auto* whole = std::get_if<std::int64_t>(&resolved)) {
    out = std::to_string(*whole);
  } else if (const auto* large = std::get_if<std::uint64_t>(&resolved)) {
    out = std::to_string(*large);
  } else if (const auto* value = std::get_if<double>(&resolved)) {
    out = std::isnan(*value)   ? ".nan"
          : std::isinf(*value) ? (*value > 0 ? ".inf" : "-.inf")
                               : go_float(static_cast<float>(*value), kShortGLayout);
  } else {
    return false;
  }
  return true;
}

}  // namespace rotor::json::yaml
