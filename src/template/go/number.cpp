#include "template/go/number.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include <fmt/format.h>

namespace rotor::tmpl {

namespace {

char lower(char c) { return static_cast<char>(c | 0x20); }
bool is_dec(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_dec(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }

// Underscores must separate digits; one may follow a base prefix.
bool underscores_ok(std::string_view s) {
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) s.remove_prefix(1);
  char last = '^';
  bool hex = false;
  if (s.size() >= 2 && s[0] == '0' && (lower(s[1]) == 'b' || lower(s[1]) == 'o' || lower(s[1]) == 'x')) {
    last = '0';
    hex = lower(s[1]) == 'x';
    s.remove_prefix(2);
  }
  for (const char c : s) {
    if (is_dec(c) || (hex && is_hex(c))) {
      last = '0';
    } else if (c == '_') {
      if (last != '0') return false;
      last = '_';
    } else {
      if (last == '_') return false;
      last = '!';
    }
  }
  return last != '_';
}

int digit_of(char c) {
  if (is_dec(c)) return c - '0';
  if (lower(c) >= 'a' && lower(c) <= 'z') return lower(c) - 'a' + 10;
  return 99;
}

}  // namespace

ParsedUint parse_uint(std::string_view text, int base) {
  std::string_view s = text;
  if (s.empty()) return {};
  const bool base0 = base == 0;
  if (base0) {
    base = 10;
    if (s[0] == '0') {
      const char p = s.size() >= 3 ? lower(s[1]) : '\0';
      base = p == 'b' ? 2 : p == 'o' ? 8 : p == 'x' ? 16 : 8;
      s.remove_prefix(p == 'b' || p == 'o' || p == 'x' ? 2 : 1);
    }
  }
  bool underscores = false;
  bool overflow = false;
  std::uint64_t n = 0;
  for (const char c : s) {
    if (c == '_' && base0) {
      underscores = true;
      continue;
    }
    const int d = digit_of(c);
    if (d >= base) return {};
    const auto wide = static_cast<unsigned __int128>(n) * static_cast<unsigned>(base) + static_cast<unsigned>(d);
    overflow = overflow || wide > std::numeric_limits<std::uint64_t>::max();
    n = static_cast<std::uint64_t>(wide);
  }
  if (underscores && !underscores_ok(text)) return {};
  if (overflow) return {std::nullopt, NumberError::kRange};
  return {n};
}

ParsedInt parse_int(std::string_view text, int base) {
  if (text.empty()) return {};
  const bool negative = text[0] == '-';
  std::string_view s = text;
  if (negative || s[0] == '+') s.remove_prefix(1);
  const ParsedUint u = parse_uint(s, base);
  if (!u.value) return {std::nullopt, u.error};
  constexpr std::uint64_t kLimit = 1ULL << 63;
  if (negative ? *u.value > kLimit : *u.value >= kLimit) return {std::nullopt, NumberError::kRange};
  return {negative ? static_cast<std::int64_t>(0 - *u.value) : static_cast<std::int64_t>(*u.value)};
}

namespace {

std::optional<double> special(std::string_view s) {
  std::string word;
  double sign = 1;
  if (!s.empty() && (s[0] == '+' || s[0] == '-')) {
    if (s[0] == '-') sign = -1;
    s.remove_prefix(1);
    word = "x";
  }
  const bool has_sign = !word.empty();
  word.clear();
  for (const char c : s) word += (c >= 'A' && c <= 'Z') ? lower(c) : c;
  if (word == "inf" || word == "infinity") return sign * std::numeric_limits<double>::infinity();
  if (word == "nan" && !has_sign) return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

// digits [. digits] [exp digits], with at least one digit, and for hexadecimal an exponent.
bool well_formed(std::string_view s, bool hex) {
  std::size_t i = 0;
  bool digits = false;
  bool dot = false;
  for (; i < s.size(); ++i) {
    if (s[i] == '_') continue;
    if (s[i] == '.' && !dot) {
      dot = true;
    } else if (hex ? is_hex(s[i]) : is_dec(s[i])) {
      digits = true;
    } else {
      break;
    }
  }
  if (!digits) return false;
  if (i == s.size()) return !hex;
  if (lower(s[i]) != (hex ? 'p' : 'e')) return false;
  ++i;
  if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
  if (i == s.size() || !is_dec(s[i])) return false;
  return std::all_of(s.begin() + static_cast<std::ptrdiff_t>(i), s.end(), [](char c) { return is_dec(c) || c == '_'; });
}

// from_chars says "out of range" for both too large and too small; Go rounds the small ones to zero.
bool is_tiny(std::string_view clean, bool hex) {
  const auto e = clean.find_first_of(hex ? "pP" : "eE");
  if (e != std::string_view::npos && e + 1 < clean.size() && clean[e + 1] == '-') return true;
  return e == std::string_view::npos && clean.find_first_of("123456789") > clean.find('.');
}

}  // namespace

ParsedFloat parse_float(std::string_view text) {
  if (const auto v = special(text)) return {*v};
  std::string_view s = text;
  const bool negative = !s.empty() && s[0] == '-';
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) s.remove_prefix(1);
  const bool hex = s.size() > 2 && s[0] == '0' && lower(s[1]) == 'x';
  if (hex) s.remove_prefix(2);
  if (!well_formed(s, hex)) return {};
  if (s.find('_') != std::string_view::npos && !underscores_ok(text)) return {};
  std::string clean;
  std::remove_copy(s.begin(), s.end(), std::back_inserter(clean), '_');
  if (const auto plus = clean.find('+'); plus != std::string::npos) clean.erase(plus, 1);
  double v = 0;
  const auto format = hex ? std::chars_format::hex : std::chars_format::general;
  const auto [end, ec] = std::from_chars(clean.data(), clean.data() + clean.size(), v, format);
  if (ec == std::errc::result_out_of_range) {
    if (!is_tiny(clean, hex)) return {std::nullopt, NumberError::kRange};
    v = 0;
  } else if (ec != std::errc()) {
    return {};
  }
  return {negative ? -v : v};
}

namespace {

// Digits and decimal point position: 0.d1d2… × 10^point.
struct Decimal {
  std::string digits;
  int point;
};

template <class Float>
Decimal shortest(Float v) {
  char buffer[64];
  const auto r = std::to_chars(buffer, buffer + sizeof buffer, v, std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<std::size_t>(r.ptr - buffer));
  const auto e = text.find('e');
  Decimal d;
  for (const char c : text.substr(0, e)) {
    if (c != '.') d.digits += c;
  }
  int exponent = 0;
  const auto exp_text = text.substr(e + 1);
  std::from_chars(exp_text.data() + (exp_text[0] == '+' ? 1 : 0), exp_text.data() + exp_text.size(), exponent);
  while (d.digits.size() > 1 && d.digits.back() == '0') d.digits.pop_back();
  d.point = exponent + 1;
  if (d.digits == "0") d.point = 1;
  return d;
}

std::string scientific(const Decimal& d, char e) {
  std::string out(1, d.digits[0]);
  if (d.digits.size() > 1) out += "." + d.digits.substr(1);
  const int exponent = d.point - 1;
  return out + fmt::format("{}{}{:02}", e, exponent < 0 ? '-' : '+', std::abs(exponent));
}

std::string plain(const Decimal& d) {
  const int size = static_cast<int>(d.digits.size());
  if (d.point <= 0) return "0." + std::string(static_cast<std::size_t>(-d.point), '0') + d.digits;
  if (d.point >= size) return d.digits + std::string(static_cast<std::size_t>(d.point - size), '0');
  return d.digits.substr(0, static_cast<std::size_t>(d.point)) + "." +
         d.digits.substr(static_cast<std::size_t>(d.point));
}

std::string general(const Decimal& d, char e) {
  const int exponent = d.point - 1;
  return exponent < -4 || exponent >= 6 ? scientific(d, e) : plain(d);
}

template <class Float>
std::string general_shortest(Float v) {
  if (std::isnan(v)) return "NaN";
  if (std::isinf(v)) return v > 0 ? "+Inf" : "-Inf";
  const std::string sign = std::signbit(v) ? "-" : "";
  return sign + general(shortest(std::abs(v)), 'e');
}

std::string binary_exponent(double v) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &v, sizeof bits);
  int exponent = static_cast<int>((bits >> 52) & 0x7FF);
  std::uint64_t mantissa = bits & ((1ULL << 52) - 1);
  if (exponent == 0)
    ++exponent;
  else
    mantissa |= 1ULL << 52;
  exponent += -1023 - 52;
  return fmt::format("{}{}p{:+d}", std::signbit(v) ? "-" : "", mantissa, exponent);
}

std::string hex_float(double v, char format, int precision) {
  std::string out = precision < 0 ? fmt::format("{:a}", v) : fmt::format("{:.{}a}", v, precision);
  const auto p = out.find('p');
  std::string exponent = out.substr(p + 2);
  if (exponent.size() < 2) exponent.insert(0, 1, '0');
  out = out.substr(0, p + 2) + exponent;
  if (format == 'X')
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

std::string with_precision(double v, char format, int precision) {
  if (format == 'e' || format == 'E') {
    return format == 'e' ? fmt::format("{:.{}e}", v, precision) : fmt::format("{:.{}E}", v, precision);
  }
  if (format == 'f' || format == 'F') return fmt::format("{:.{}f}", v, precision);
  // %g with a precision: significant digits, trailing zeros removed, exponent form outside [-4, precision).
  const int significant = std::max(precision, 1);
  const std::string text = fmt::format("{:.{}e}", std::abs(v), significant - 1);
  const auto e = text.find('e');
  Decimal d;
  std::copy_if(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(e), std::back_inserter(d.digits), is_dec);
  while (d.digits.size() > 1 && d.digits.back() == '0') d.digits.pop_back();
  d.point = std::stoi(text.substr(e + 1)) + 1;
  int limit = significant;
  const int count = static_cast<int>(d.digits.size());
  if (limit > count && count >= d.point) limit = count;
  const int exponent = d.point - 1;
  const std::string sign = std::signbit(v) ? "-" : "";
  const char letter = format == 'G' ? 'E' : 'e';
  return sign + (exponent < -4 || exponent >= limit ? scientific(d, letter) : plain(d));
}

}  // namespace

std::string format_float(double v, char format, int precision) {
  if (std::isnan(v)) return "NaN";
  if (std::isinf(v)) return v > 0 ? "+Inf" : "-Inf";
  if (format == 'b') return binary_exponent(v);
  if (format == 'x' || format == 'X') return hex_float(v, format, precision);
  if (precision >= 0) return with_precision(v, format, std::min(precision, 5000));
  const std::string sign = std::signbit(v) ? "-" : "";
  const Decimal d = shortest(std::abs(v));
  switch (format) {
    case 'e':
    case 'E':
      return sign + scientific(d, format);
    case 'f':
    case 'F':
      return sign + plain(d);
    default:
      return sign + general(d, format == 'G' ? 'E' : 'e');
  }
}

std::string format_float32(float v) { return general_shortest(v); }

}  // namespace rotor::tmpl
