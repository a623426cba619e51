#include "api/core/quantity.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace rotor::api {
namespace {

using Wide = __int128;

enum class Form { kDecimal, kBinary, kExponent };

// sign * digits * 10^ten * 2^two
struct Parsed {
  bool negative = false;
  std::uint64_t digits = 0;
  int ten = 0;
  int two = 0;
  Form form = Form::kDecimal;
  bool too_long = false;
};

struct Suffix {
  std::string_view text;
  int power;
};
constexpr std::array<Suffix, 10> kDecimalSuffixes = {
    {{"n", -9}, {"u", -6}, {"m", -3}, {"", 0}, {"k", 3}, {"M", 6}, {"G", 9}, {"T", 12}, {"P", 15}, {"E", 18}}};
constexpr std::array<Suffix, 6> kBinarySuffixes = {
    {{"Ki", 10}, {"Mi", 20}, {"Gi", 30}, {"Ti", 40}, {"Pi", 50}, {"Ei", 60}}};

bool digit(char c) { return c >= '0' && c <= '9'; }

bool read_suffix(std::string_view text, Parsed& out) {
  for (const Suffix& s : kDecimalSuffixes) {
    if (s.text == text) return out.ten += s.power, true;
  }
  for (const Suffix& s : kBinarySuffixes) {
    if (s.text == text) return out.two = s.power, out.form = Form::kBinary, true;
  }
  if (text.size() < 2 || (text[0] != 'e' && text[0] != 'E')) return false;
  text.remove_prefix(text[1] == '+' ? 2 : 1);
  int exponent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (error != std::errc{} || end != text.data() + text.size() || exponent > 30 || exponent < -30) return false;
  out.ten += exponent;
  out.form = Form::kExponent;
  return true;
}

std::optional<Parsed> parse(std::string_view text) {
  Parsed out;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    out.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  std::size_t at = 0;
  int significant = 0;
  bool any = false, point = false;
  for (; at < text.size() && (digit(text[at]) || (text[at] == '.' && !point)); ++at) {
    if (text[at] == '.') {
      point = true;
      continue;
    }
    any = true;
    if (significant > 0 || text[at] != '0') ++significant;
    if (significant > 16) out.too_long = true;
    if (!out.too_long) out.digits = out.digits * 10 + static_cast<std::uint64_t>(text[at] - '0');
    if (point) --out.ten;
  }
  if (!any || !read_suffix(text.substr(at), out)) return std::nullopt;
  return out;
}

std::string sign(const Parsed& p) { return p.negative ? "-" : ""; }

std::string decimal_text(const Parsed& p, std::uint64_t digits, int ten) {
  if (digits == 0) return "0";
  while (digits % 10 == 0) digits /= 10, ++ten;
  // Kubernetes keeps nothing below one billionth; it rounds up.
  while (ten < -9) digits = digits / 10 + (digits % 10 != 0 ? 1 : 0), ++ten;
  while (ten % 3 != 0) digits *= 10, --ten;
  std::string suffix;
  if (p.form == Form::kExponent && ten != 0) {
    suffix = "e" + std::to_string(ten);
  } else {
    while (ten > 18) digits *= 1000, ten -= 3;
    for (const Suffix& s : kDecimalSuffixes) {
      if (s.power == ten) suffix = s.text;
    }
  }
  return sign(p) + std::to_string(digits) + suffix;
}

std::string binary_text(const Parsed& p) {
  Wide value = static_cast<Wide>(p.digits) << p.two;
  int ten = p.ten;
  for (; ten < 0 && value % 10 == 0; ++ten) value /= 10;
  if (ten < 0 || value < 1024) {  // a fraction of a byte, or small: written as a decimal number
    while (value % 10 == 0 && value != 0) value /= 10, ++ten;
    return decimal_text(p, static_cast<std::uint64_t>(value), ten);
  }
  std::string_view suffix;
  for (const Suffix& s : kBinarySuffixes) {
    if (value % (Wide(1) << s.power) == 0) suffix = s.text;
  }
  for (const Suffix& s : kBinarySuffixes) {
    if (s.text == suffix) value >>= s.power;
  }
  return sign(p) + std::to_string(static_cast<std::uint64_t>(value)) + std::string(suffix);
}

}  // namespace

std::optional<std::string> canonical_quantity(std::string_view text) {
  const std::optional<Parsed> parsed = parse(text);
  if (!parsed) return std::nullopt;
  if (parsed->too_long || (parsed->two > 0 && parsed->digits > (1ULL << 50))) return std::string(text);
  if (parsed->digits == 0) return "0";
  return parsed->form == Form::kBinary ? binary_text(*parsed) : decimal_text(*parsed, parsed->digits, parsed->ten);
}

std::string quantity_or(std::string_view text, std::string_view fallback) {
  return canonical_quantity(text).value_or(std::string(fallback));
}

}  // namespace rotor::api
