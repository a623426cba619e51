// The lexical layer under property paths: it walks text that may not be JSON and never fails, it only finds less.
#pragma once

#include <string_view>
#include <vector>

#include "base/secret_bytes.hpp"
#include "template/gjson/gjson.hpp"

namespace rotor::gjson {

// A value as found: views into the document or into buffers of the Scratch that belongs to the look-up.
struct Found {
  Kind kind = Kind::kNull;
  std::string_view raw;
  std::string_view str;  // strings: unescaped
  double num = 0;

  bool exists() const { return kind != Kind::kNull || !raw.empty(); }
  bool is_array() const { return kind == Kind::kJson && raw.starts_with('['); }
  bool is_object() const { return kind == Kind::kJson && raw.starts_with('{'); }
};

// Owns what a look-up builds, and counts its work.
class Scratch {
 public:
  static constexpr int kMaxLevels = 300;
  static constexpr std::size_t kMaxWork = std::size_t{64} << 20U;

  // Keeps `bytes` until the look-up ends.
  std::string_view keep(SecretBytes bytes);
  // False when the look-up has cost too much.
  bool spend(std::size_t work);
  // False beyond kMaxLevels, which ends the look-up.
  bool descend(int level);
  bool exhausted() const { return left_ == 0; }
  Result<void> outcome() const;

 private:
  std::vector<SecretBytes> kept_;  // whose bytes stay where they are when this grows
  std::size_t left_ = kMaxWork;
  bool too_deep_ = false;
};

// Each takes the index of a value's first byte and gives the index behind the value.
struct StringScan {
  std::size_t end;
  std::string_view raw;  // with quotes
  bool escaped;
  bool closed;
};
StringScan scan_string(std::string_view text, std::size_t quote);
std::size_t scan_number(std::string_view text, std::size_t at);
std::size_t scan_literal(std::string_view text, std::size_t at);
// An array, object, parenthesis or string with everything in it; brackets of all kinds count alike.
std::size_t scan_balanced(std::string_view text, std::size_t at);
// The same whatever the first byte is: it counts as the opening bracket. text.size() + 1 when a string does not end.
std::size_t scan_enclosed(std::string_view text, std::size_t at);

SecretBytes unescape(std::string_view text);
Found string_value(const StringScan& scan, Scratch& scratch);
Found number_value(std::string_view raw);
Found literal_value(std::string_view raw);
Found json_value(std::string_view raw);

// The value at the start of `text`, with all the rest when it is an array or object.
Found parse(std::string_view text, Scratch& scratch);
// The next value at or behind `at`; advances `at`. False when there is none.
bool parse_next(std::string_view text, std::size_t& at, Found& out, Scratch& scratch);

inline bool is_space(char c) { return static_cast<unsigned char>(c) <= ' '; }

// Without spaces and control characters at its ends.
std::string_view trim(std::string_view text);

// Is the byte at `at` the start of a number (nan and inf in any spelling included)?
bool starts_number(std::string_view text, std::size_t at);
bool starts_value(std::string_view text, std::size_t at);

// The text of a value: what a look-up delivers.
SecretBytes text_of(const Found& value);
bool truthy(const Found& value);

double parse_float(std::string_view text);  // 0 when it is none, infinite when too large
bool glob(std::string_view text, std::string_view pattern, Scratch& scratch);

// Calls `visit(key, value)` for each element or member until it returns false; a scalar is visited once, without key.
template <class Visit>
void each(const Found& container, Scratch& scratch, Visit visit) {
  if (!container.exists()) return;
  if (container.kind != Kind::kJson) {
    visit(Found{}, container);
    return;
  }
  const std::string_view text = container.raw;
  const bool object = container.is_object();
  for (std::size_t at = 1; at < text.size(); ++at) {
    Found key;
    if (object) {
      if (text[at] != '"') continue;
      const StringScan name = scan_string(text, at);
      if (!name.closed) return;
      key = string_value(name, scratch);
      at = name.end;
    }
    while (at < text.size() && (static_cast<unsigned char>(text[at]) <= ' ' || text[at] == ',' || text[at] == ':'))
      ++at;
    Found value;
    if (!parse_next(text, at, value, scratch) || !visit(key, value)) return;
  }
}

}  // namespace rotor::gjson
