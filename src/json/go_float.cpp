#include "json/go_float.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace rotor::json {
namespace {

// to_chars' plain form spells big numbers out exactly (…683968) where Go pads with zeros (…680000), so only its
// digits are used.
template <class Float>
std::string layout_digits(Float v, FloatLayout layout) {
  if (std::isnan(v)) return "NaN";
  if (std::isinf(v)) return v > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> room{};
  const auto end = std::to_chars(room.data(), room.data() + room.size(), v, std::chars_format::scientific).ptr;
  const std::string_view text(room.data(), end);
  const std::size_t e = text.find('e');
  int exponent = 0;
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), text.data() + text.size(), exponent);
  std::string out = std::signbit(v) ? "-" : "";
  std::string digits;
  for (const char c : text.substr(0, e)) {
    if (c != '-' && c != '.') digits.push_back(c);
  }
  if (v != 0 && (exponent < layout.lowest || exponent >= layout.highest)) {
    out += digits.substr(0, 1);
    if (digits.size() > 1) out += "." + digits.substr(1);
    out += exponent < 0 ? "e-" : "e+";
    if (layout.pad_exponent && std::abs(exponent) < 10) out += '0';
    return out + std::to_string(std::abs(exponent));
  }
  if (exponent < 0) return out + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return out + digits + std::string(whole - digits.size(), '0');
  return out + digits.substr(0, whole) + "." + digits.substr(whole);
}

}  // namespace

std::string go_float(double v, FloatLayout layout) { return layout_digits(v, layout); }
std::string go_float(float v, FloatLayout layout) { return layout_digits(v, layout); }

}  // namespace rotor::json
