// Go's quoted strings, written and read. https://pkg.go.dev/strconv#Quote
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rotor::tmpl {

std::string quote(std::string_view text, bool ascii_only = false);
std::string quote_rune(char32_t rune, bool ascii_only = false);  // 'x'
bool can_backquote(std::string_view text);

// The content of "…", `…` with their quotes; nothing when it is not valid Go.
std::optional<std::string> unquote(std::string_view quoted);

// Where in "…" or '…' (with its quotes) the first escape stands that Go does not know; nothing when there is none.
std::optional<std::size_t> bad_escape(std::string_view quoted);

// The value of '…' with its quotes; `malformed` when more than one character stands inside.
struct CharConstant {
  std::optional<char32_t> value;
  bool malformed = false;
};
CharConstant unquote_char(std::string_view quoted);

}  // namespace rotor::tmpl
