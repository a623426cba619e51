#include "base/utf8.hpp"

namespace rotor {
namespace {

bool continues(unsigned char c) { return (c & 0xC0U) == 0x80U; }

}  // namespace

Rune decode_rune(std::string_view text) {
  if (text.empty()) return {};
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const Rune bad{kReplacement, 1, false};
  std::size_t size = 0;
  char32_t value = 0;
  char32_t least = 0;
  if ((first & 0xE0U) == 0xC0U) {
    size = 2, value = first & 0x1FU, least = 0x80;
  } else if ((first & 0xF0U) == 0xE0U) {
    size = 3, value = first & 0x0FU, least = 0x800;
  } else if ((first & 0xF8U) == 0xF0U) {
    size = 4, value = first & 0x07U, least = 0x10000;
  } else {
    return bad;
  }
  if (text.size() < size) return bad;
  for (std::size_t i = 1; i < size; ++i) {
    if (!continues(byte(i))) return bad;
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return bad;
  return {value, static_cast<std::uint8_t>(size), true};
}

RuneBytes encode_rune(char32_t value) {
  if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) value = kReplacement;
  const auto tail = [&](unsigned shift) { return static_cast<char>(0x80U | ((value >> shift) & 0x3FU)); };
  if (value < 0x80) return {{static_cast<char>(value)}, 1};
  if (value < 0x800) return {{static_cast<char>(0xC0U | (value >> 6U)), tail(0)}, 2};
  if (value < 0x10000) return {{static_cast<char>(0xE0U | (value >> 12U)), tail(6), tail(0)}, 3};
  return {{static_cast<char>(0xF0U | (value >> 18U)), tail(12), tail(6), tail(0)}, 4};
}

}  // namespace rotor
