// The resolver of go-yaml v2: what a plain scalar means.
#include <algorithm>
#include <array>
#include <limits>

#include "template/go/number.hpp"
#include "template/go/time.hpp"
#include "template/go/yaml_value.hpp"

namespace rotor::tmpl {

namespace {

bool among(std::string_view s, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, s) != words.end();
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool is_float(std::string_view s) {
  const auto digits = [&s] {
    std::size_t n = 0;
    while (!s.empty() && s[0] >= '0' && s[0] <= '9') {
      s.remove_prefix(1);
      ++n;
    }
    return n;
  };
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) s.remove_prefix(1);
  const std::size_t whole = digits();
  std::size_t fraction = 0;
  if (s.starts_with('.')) {
    s.remove_prefix(1);
    fraction = digits();
  }
  if (whole == 0 && fraction == 0) return false;
  if (s.empty()) return true;
  if (s[0] != 'e' && s[0] != 'E') return false;
  s.remove_prefix(1);
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) s.remove_prefix(1);
  return digits() > 0 && s.empty();
}

std::optional<Value> number(std::string_view text) {
  std::string plain;
  std::ranges::remove_copy(text, std::back_inserter(plain), '_');
  if (const auto i = parse_int(plain, 0); i.value) return Value::integer(*i.value, Type::kInt64);
  if (const auto u = parse_uint(plain, 0); u.value) return Value::unsigned_integer(*u.value);
  if (is_float(plain)) {
    if (const auto f = parse_float(plain); f.value) return Value::real(*f.value);
  }
  return std::nullopt;
}

constexpr double kInf = std::numeric_limits<double>::infinity();

std::optional<Value> word(std::string_view s) {
  constexpr std::size_t kLongest = 5;
  if (s.size() > kLongest) return std::nullopt;
  if (s.empty() || among(s, {"~", "null", "Null", "NULL"})) return Value();
  if (among(s, {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})) return Value::boolean(true);
  if (among(s, {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}))
    return Value::boolean(false);
  if (among(s, {".nan", ".NaN", ".NAN"})) return Value::real(std::numeric_limits<double>::quiet_NaN());
  if (among(s, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"})) return Value::real(kInf);
  if (among(s, {"-.inf", "-.Inf", "-.INF"})) return Value::real(-kInf);
  return std::nullopt;
}

bool starts_number(char c) { return c == '+' || c == '-' || (c >= '0' && c <= '9'); }

// Nothing for what is a string.
std::optional<Value> meaning(std::string_view s) {
  if (auto v = word(s)) return v;
  if (starts_number(s[0])) return number(s);
  if (s[0] != '.') return std::nullopt;
  if (const auto f = parse_float(s); f.value) return Value::real(*f.value);
  return std::nullopt;
}

}  // namespace

bool is_yaml_timestamp(std::string_view s) {
  std::size_t digits = 0;
  while (digits < s.size() && s[digits] >= '0' && s[digits] <= '9') ++digits;
  if (digits != 4 || digits == s.size() || s[4] != '-') return false;
  for (const std::string_view layout : {"2006-1-2T15:4:5.999999999Z07:00", "2006-1-2t15:4:5.999999999Z07:00",
                                        "2006-1-2 15:4:5.999999999", "2006-1-2"}) {
    if (parse_time(layout, s)) return true;
  }
  return false;
}

YamlScalar resolve_plain(std::string_view s) {
  if (auto v = meaning(s)) return {*std::move(v)};
  return {Value::text(std::string(s)), is_yaml_timestamp(s)};
}

bool reads_as_text(std::string_view s) { return !meaning(s) && !is_yaml_timestamp(s); }

}  // namespace rotor::tmpl
