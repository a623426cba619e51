#include "template/go/quote.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "template/go/unicode.hpp"

namespace rotor::tmpl {

namespace {

void append_escaped(std::string& out, Rune r, char first_byte, char mark, bool ascii_only) {
  if (!r.valid()) {
    out += fmt::format("\\x{:02x}", static_cast<unsigned char>(first_byte));
    return;
  }
  const char32_t c = r.value;
  if (c == static_cast<char32_t>(mark) || c == '\\') {
    out += '\\';
    out += static_cast<char>(c);
    return;
  }
  if ((c < 0x80 || !ascii_only) && is_printable(c)) {
    append_rune(out, c);
    return;
  }
  switch (c) {
    case '\a':
      out += "\\a";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\v':
      out += "\\v";
      return;
    default:
      break;
  }
  const auto code = static_cast<std::uint32_t>(c);
  if (c < ' ' || c == 0x7F) {
    out += fmt::format("\\x{:02x}", code);
  } else {
    out += c < 0x10000 ? fmt::format("\\u{:04x}", code) : fmt::format("\\U{:08x}", code);
  }
}

// One possibly escaped character of a literal quoted by `mark`; bytes are kept apart from code points.
struct Unescaped {
  char32_t value;
  bool is_byte;
};

std::optional<unsigned> digits(std::string_view& s, std::size_t count, unsigned base) {
  if (s.size() < count) return std::nullopt;
  unsigned value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const char c = s[i];
    unsigned d = 99;
    if (c >= '0' && c <= '9')
      d = static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f')
      d = static_cast<unsigned>(c - 'a') + 10;
    else if (c >= 'A' && c <= 'F')
      d = static_cast<unsigned>(c - 'A') + 10;
    if (d >= base) return std::nullopt;
    value = value * base + d;
  }
  s.remove_prefix(count);
  return value;
}

std::optional<Unescaped> take_char(std::string_view& s, char mark) {
  if (s.empty() || (s[0] == mark && (mark == '\'' || mark == '"'))) return std::nullopt;
  if (s[0] != '\\') {
    const Rune r = decode_rune(s);
    const auto byte = static_cast<unsigned char>(s[0]);
    s.remove_prefix(static_cast<std::size_t>(r.width));
    if (!r.valid()) return Unescaped{mark == '"' ? byte : kRuneError, mark == '"'};
    return Unescaped{r.value, false};
  }
  if (s.size() < 2) return std::nullopt;
  const char c = s[1];
  s.remove_prefix(2);
  constexpr std::string_view kNames = "abfnrtv";
  constexpr std::string_view kValues = "\a\b\f\n\r\t\v";
  if (const auto i = kNames.find(c); i != std::string_view::npos)
    return Unescaped{static_cast<char32_t>(kValues[i]), false};
  if (c == 'x' || c == 'u' || c == 'U') {
    const auto v = digits(s, c == 'x' ? 2 : c == 'u' ? 4 : 8, 16);
    if (!v) return std::nullopt;
    if (c != 'x' && (*v > 0x10FFFF || (*v >= 0xD800 && *v < 0xE000))) return std::nullopt;
    return Unescaped{*v, c == 'x'};
  }
  if (c >= '0' && c <= '7') {
    std::string octal(1, c);
    if (s.size() < 2) return std::nullopt;
    octal += s.substr(0, 2);
    s.remove_prefix(2);
    std::string_view view = octal;
    const auto v = digits(view, 3, 8);
    if (!v || *v > 255) return std::nullopt;
    return Unescaped{*v, true};
  }
  if (c == '\\') return Unescaped{'\\', false};
  if (c == mark) return Unescaped{static_cast<char32_t>(c), false};
  return std::nullopt;
}

}  // namespace

std::string quote(std::string_view text, bool ascii_only) {
  std::string out = "\"";
  out.reserve(text.size() + 2);
  while (!text.empty()) {
    const Rune r = decode_rune(text);
    append_escaped(out, r, text[0], '"', ascii_only);
    text.remove_prefix(static_cast<std::size_t>(r.width));
  }
  return out += '"';
}

std::string quote_rune(char32_t rune, bool ascii_only) {
  if (rune > 0x10FFFF || (rune >= 0xD800 && rune < 0xE000)) rune = kRuneError;
  std::string out = "'";
  append_escaped(out, {rune, 4}, '\0', '\'', ascii_only);
  return out += '\'';
}

bool can_backquote(std::string_view text) {
  while (!text.empty()) {
    const Rune r = decode_rune(text);
    text.remove_prefix(static_cast<std::size_t>(r.width));
    if (r.width > 1) {
      if (r.value == 0xFEFF) return false;
      continue;
    }
    if (!r.valid() || (r.value < ' ' && r.value != '\t') || r.value == '`' || r.value == 0x7F) return false;
  }
  return true;
}

std::optional<std::string> unquote(std::string_view quoted) {
  if (quoted.size() < 2 || quoted.front() != quoted.back()) return std::nullopt;
  const char mark = quoted.front();
  std::string_view body = quoted.substr(1, quoted.size() - 2);
  std::string out;
  if (mark == '`') {
    std::remove_copy(body.begin(), body.end(), std::back_inserter(out), '\r');
    return out;
  }
  while (!body.empty()) {
    const auto c = take_char(body, mark);
    if (!c) return std::nullopt;
    if (c->is_byte)
      out += static_cast<char>(c->value);
    else
      append_rune(out, c->value);
  }
  return out;
}

std::optional<std::size_t> bad_escape(std::string_view quoted) {
  if (quoted.size() < 2 || quoted.front() == '`') return std::nullopt;
  std::string_view rest = quoted.substr(1);
  while (!rest.empty() && rest.front() != quoted.front()) {
    const std::size_t at = quoted.size() - rest.size();
    if (!take_char(rest, quoted.front())) return at;
  }
  return std::nullopt;
}

CharConstant unquote_char(std::string_view quoted) {
  std::string_view rest = quoted.substr(1);
  const auto c = take_char(rest, '\'');
  if (!c) return {};
  if (rest != "'") return {std::nullopt, true};
  return {c->value};
}

}  // namespace rotor::tmpl
