#include <array>
#include <iterator>
#include <span>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/time.hpp"
#include "base/utf8.hpp"

namespace rotor::log {
namespace {

std::string_view name_of(Level level) {
  static constexpr std::array<std::string_view, 5> kNames = {"debug", "info", "warn", "error", "off"};
  return kNames[static_cast<std::size_t>(level)];
}

// Runes that a terminal or a log viewer could take for the end of a line, or that hide or reorder text.
bool is_deceptive(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x061C || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || c >= 0xE0000;
}

void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const Rune rune = decode_rune(text);
    if (rune.value == '"' || rune.value == '\\') {
      out += '\\';
      out += static_cast<char>(rune.value);
    } else if (rune.value == '\n') {
      out += "\\n";
    } else if (rune.value == '\t') {
      out += "\\t";
    } else if (rune.value == '\r') {
      out += "\\r";
    } else if (!rune.valid) {
      out += "\\ufffd";
    } else if (!is_deceptive(rune.value)) {
      out += text.substr(0, rune.size);
    } else if (rune.value < 0x10000) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(rune.value));
    } else {
      const std::uint32_t v = static_cast<std::uint32_t>(rune.value) - 0x10000;
      fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", 0xD800 + (v >> 10U), 0xDC00 + (v & 0x3FFU));
    }
    text.remove_prefix(rune.size);
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

bool is_bare(char c) {
  return c > ' ' && c < 0x7F && c != '"' && c != '\\' && c != '=' && c != '`' && c != '{' && c != '}' && c != '[' &&
         c != ']';
}

bool is_bare(std::string_view text) {
  for (const char c : text) {
    if (!is_bare(c)) return false;
  }
  return !text.empty();
}

void append_logfmt(std::string& out, std::string_view key, std::string_view value) {
  if (!out.empty()) out += ' ';
  for (const char c : key) out += is_bare(c) ? c : '_';
  if (key.empty()) out += '_';
  out += '=';
  if (is_bare(value)) {
    out += value;
  } else {
    append_quoted(out, value);
  }
}

// JSON has no NaN and no infinity; whatever is not plainly a number or a word is quoted.
bool is_json_literal(const Field& field) {
  if (field.quoted) return false;
  if (field.value == "true" || field.value == "false") return true;
  const std::string_view text = field.value;
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  return text.size() > sign && text.find_first_not_of("0123456789.", sign) == std::string_view::npos;
}

void append_json(std::string& out, std::string_view key, std::string_view value, bool literal) {
  out += out.size() == 1 ? "" : ",";
  append_quoted(out, key);
  out += ':';
  if (literal) {
    out += value;
  } else {
    append_quoted(out, value);
  }
}

}  // namespace

std::string format_line(Format format, Level level, WallTime now, std::string_view message, const Field* fields,
                        std::size_t count) {
  const std::span<const Field> all(fields, count);
  std::string out;
  if (format == Format::kJson) {
    out = "{";
    append_json(out, "level", name_of(level), false);
    append_json(out, "ts", format_micro_time(now), false);
    append_json(out, "msg", message, false);
    for (const Field& f : all) append_json(out, f.key, f.value, is_json_literal(f));
    return out + "}";
  }
  append_logfmt(out, "ts", format_micro_time(now));
  append_logfmt(out, "level", name_of(level));
  append_logfmt(out, "msg", message);
  for (const Field& f : all) append_logfmt(out, f.key, f.value);
  return out;
}

}  // namespace rotor::log
