#include "template/go/unicode.hpp"

#include <algorithm>

#include <utf8proc.h>

namespace rotor::tmpl {

namespace {

struct Lead {
  int width;
  unsigned char low, high;  // of the second byte
};

Lead lead(unsigned char c) {
  if (c < 0xC2 || c > 0xF4) return {0, 0, 0};
  if (c < 0xE0) return {2, 0x80, 0xBF};
  if (c < 0xF0)
    return {3, static_cast<unsigned char>(c == 0xE0 ? 0xA0 : 0x80),
            static_cast<unsigned char>(c == 0xED ? 0x9F : 0xBF)};
  return {4, static_cast<unsigned char>(c == 0xF0 ? 0x90 : 0x80), static_cast<unsigned char>(c == 0xF4 ? 0x8F : 0xBF)};
}

utf8proc_category_t category(char32_t r) { return utf8proc_category(static_cast<utf8proc_int32_t>(r)); }

}  // namespace

Rune decode_long_rune(std::string_view text) {
  if (text.empty()) return {kRuneError, 0};
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return {byte(0), 1};
  const Lead l = lead(byte(0));
  if (l.width == 0 || text.size() < static_cast<std::size_t>(l.width)) return {kRuneError, 1};
  if (byte(1) < l.low || byte(1) > l.high) return {kRuneError, 1};
  char32_t value = byte(0) & (0x7Fu >> l.width);
  for (int i = 1; i < l.width; ++i) {
    if ((byte(static_cast<std::size_t>(i)) & 0xC0) != 0x80) return {kRuneError, 1};
    value = (value << 6) | (byte(static_cast<std::size_t>(i)) & 0x3Fu);
  }
  return {value, l.width};
}

Rune decode_last_rune(std::string_view text) {
  if (text.empty()) return {kRuneError, 0};
  for (std::size_t back = 1; back <= std::min<std::size_t>(4, text.size()); ++back) {
    const auto tail = text.substr(text.size() - back);
    const Rune r = decode_rune(tail);
    if (r.width == static_cast<int>(back) && (r.valid() || back == 1)) {
      if (back == 1 && !r.valid()) continue;
      return r;
    }
  }
  return {kRuneError, 1};
}

void append_rune(std::string& out, char32_t r) {
  if (r > 0x10FFFF || (r >= 0xD800 && r <= 0xDFFF)) r = kRuneError;
  if (r < 0x80) {
    out += static_cast<char>(r);
  } else if (r < 0x800) {
    out += static_cast<char>(0xC0 | (r >> 6));
    out += static_cast<char>(0x80 | (r & 0x3F));
  } else if (r < 0x10000) {
    out += static_cast<char>(0xE0 | (r >> 12));
    out += static_cast<char>(0x80 | ((r >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (r & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (r >> 18));
    out += static_cast<char>(0x80 | ((r >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((r >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (r & 0x3F));
  }
}

std::size_t rune_count(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    text.remove_prefix(static_cast<std::size_t>(decode_rune(text).width));
    ++count;
  }
  return count;
}

bool wide::is_letter(char32_t r) {
  const auto c = category(r);
  return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO;
}
bool wide::is_digit(char32_t r) { return category(r) == UTF8PROC_CATEGORY_ND; }
bool wide::is_number(char32_t r) {
  const auto c = category(r);
  return c >= UTF8PROC_CATEGORY_ND && c <= UTF8PROC_CATEGORY_NO;
}
bool is_upper(char32_t r) { return category(r) == UTF8PROC_CATEGORY_LU; }
bool is_lower(char32_t r) { return category(r) == UTF8PROC_CATEGORY_LL; }
bool is_title(char32_t r) { return category(r) == UTF8PROC_CATEGORY_LT; }
bool is_punct(char32_t r) {
  const auto c = category(r);
  return c >= UTF8PROC_CATEGORY_PC && c <= UTF8PROC_CATEGORY_PO;
}

bool is_space(char32_t r) {
  if ((r >= '\t' && r <= '\r') || r == ' ' || r == 0x85 || r == 0xA0 || r == 0x1680) return true;
  return (r >= 0x2000 && r <= 0x200A) || r == 0x2028 || r == 0x2029 || r == 0x202F || r == 0x205F || r == 0x3000;
}

bool is_printable(char32_t r) {
  if (r < 0x7F) return r >= 0x20;
  const auto c = category(r);
  return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_SO;
}

constexpr char32_t kSharpS = 0xDF;  // no simple upper case in UnicodeData; utf8proc gives U+1E9E

char32_t to_upper(char32_t r) {
  if (r == kSharpS) return r;
  return static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(r)));
}
char32_t to_lower(char32_t r) {
  if (r == 0x130) return 'i';  // Go's simple mapping; utf8proc keeps it
  return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(r)));
}
char32_t to_title(char32_t r) {
  if (r == kSharpS) return r;
  return static_cast<char32_t>(utf8proc_totitle(static_cast<utf8proc_int32_t>(r)));
}

std::string map_runes(std::string_view text, char32_t (*map)(char32_t)) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Rune r = decode_rune(text);
    append_rune(out, map(r.value));
    text.remove_prefix(static_cast<std::size_t>(r.width));
  }
  return out;
}

std::string_view trim_space(std::string_view text) {
  while (!text.empty()) {
    const Rune r = decode_rune(text);
    if (!is_space(r.value)) break;
    text.remove_prefix(static_cast<std::size_t>(r.width));
  }
  while (!text.empty()) {
    const Rune r = decode_last_rune(text);
    if (!is_space(r.value)) break;
    text.remove_suffix(static_cast<std::size_t>(r.width));
  }
  return text;
}

}  // namespace rotor::tmpl
