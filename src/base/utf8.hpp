// UTF-8 as Go's unicode/utf8 reads it: a byte that starts no valid sequence is one U+FFFD of width 1.
#pragma once

#include <cstdint>
#include <string_view>

namespace rotor {

inline constexpr char32_t kReplacement = 0xFFFD;

struct Rune {
  char32_t value = kReplacement;
  std::uint8_t size = 0;  // bytes; 0 at the end of the text
  bool valid = false;
};

// The first rune of `text`.
Rune decode_rune(std::string_view text);

// Up to four bytes; a surrogate or a value over U+10FFFF gives U+FFFD.
struct RuneBytes {
  char bytes[4];
  std::uint8_t size;
  std::string_view view() const { return {bytes, size}; }
};
RuneBytes encode_rune(char32_t value);

// Works on std::string and SecretBytes alike.
template <class Out>
void append_rune(Out& out, char32_t value) {
  out.append(encode_rune(value).view());
}

}  // namespace rotor
