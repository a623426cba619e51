// Base32 with padding. RFC 4648 section 6.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace rotor {

inline constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

inline std::string base32_encode(std::string_view in) {
  std::string out;
  out.reserve((in.size() + 4) / 5 * 8);
  for (std::size_t i = 0; i < in.size(); i += 5) {
    std::uint64_t bits = 0;
    const std::size_t n = std::min<std::size_t>(5, in.size() - i);
    for (std::size_t k = 0; k < 5; ++k) bits = bits << 8 | (k < n ? static_cast<unsigned char>(in[i + k]) : 0U);
    const std::size_t digits = (n * 8 + 4) / 5;
    for (std::size_t k = 0; k < 8; ++k) out += k < digits ? kBase32[bits >> (35 - 5 * k) & 31] : '=';
  }
  return out;
}

}  // namespace rotor
