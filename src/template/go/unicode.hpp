// UTF-8 as Go walks it (an invalid byte is U+FFFD of width 1), and the classes of Go's unicode package over utf8proc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rotor::tmpl {

inline constexpr char32_t kRuneError = 0xFFFD;

struct Rune {
  char32_t value;
  int width;  // 0 only at the end of the text
  bool valid() const { return value != kRuneError || width != 1; }
};

inline constexpr char32_t kAsciiEnd = 0x80;

Rune decode_long_rune(std::string_view text);  // the first, of any kind
inline Rune decode_rune(std::string_view text) {
  if (!text.empty() && static_cast<unsigned char>(text[0]) < kAsciiEnd) return {static_cast<char32_t>(text[0]), 1};
  return decode_long_rune(text);
}
Rune decode_last_rune(std::string_view text);
void append_rune(std::string& out, char32_t rune);
std::size_t rune_count(std::string_view text);

namespace wide {
bool is_letter(char32_t r);
bool is_digit(char32_t r);
bool is_number(char32_t r);
}  // namespace wide

inline bool is_letter(char32_t r) {
  if (r >= kAsciiEnd) return wide::is_letter(r);
  return (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z');
}
inline bool is_digit(char32_t r) { return r < kAsciiEnd ? r >= '0' && r <= '9' : wide::is_digit(r); }    // Nd
inline bool is_number(char32_t r) { return r < kAsciiEnd ? r >= '0' && r <= '9' : wide::is_number(r); }  // N
bool is_upper(char32_t r);
bool is_lower(char32_t r);
bool is_title(char32_t r);
bool is_punct(char32_t r);
bool is_space(char32_t r);      // White_Space
bool is_printable(char32_t r);  // strconv.IsPrint: L, M, N, P, S and the ASCII space
char32_t to_upper(char32_t r);
char32_t to_lower(char32_t r);
char32_t to_title(char32_t r);

std::string map_runes(std::string_view text, char32_t (*map)(char32_t));
std::string_view trim_space(std::string_view text);

}  // namespace rotor::tmpl
