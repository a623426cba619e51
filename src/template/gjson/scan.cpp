#include "template/gjson/scan.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "base/utf8.hpp"
#include "json/go_float.hpp"
#include "template/language/budget.hpp"

namespace rotor::gjson {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_surrogate(char32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

// Four hexadecimal digits; anything else counts as zero.
char32_t hex4(std::string_view text) {
  char32_t value = 0;
  for (const char c : text.substr(0, 4)) {
    const int digit = is_digit(c)            ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return 0;
    value = value * 16 + static_cast<char32_t>(digit);
  }
  return value;
}

char32_t join_surrogates(char32_t high, char32_t low) {
  const bool pair = high >= 0xD800 && high < 0xDC00 && low >= 0xDC00 && low < 0xE000;
  return pair ? 0x10000 + ((high - 0xD800) << 10U) + (low - 0xDC00) : kReplacement;
}

// `at` stands behind "\u"; advances it. False when the text ends too soon.
bool unescape_rune(std::string_view text, std::size_t& at, SecretBytes& out) {
  if (at + 4 > text.size()) return false;
  char32_t rune = hex4(text.substr(at));
  at += 4;
  if (is_surrogate(rune) && text.size() - at >= 6 && text.substr(at, 2) == "\\u") {
    rune = join_surrogates(rune, hex4(text.substr(at + 2)));
    at += 6;
  }
  append_rune(out, rune);
  return true;
}

char simple_escape(char c) {
  switch (c) {
    case '\\':
    case '/':
    case '"':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

bool equals_folded(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower,
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

// A number at the very start of a text ends at white space, a comma or a closing bracket.
std::size_t leading_number(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (is_space(c) || c == ',' || c == ']' || c == '}') return i;
  }
  return text.size();
}

}  // namespace

std::string_view Scratch::keep(SecretBytes bytes) {
  spend(bytes.size());
  return kept_.emplace_back(std::move(bytes)).reveal();
}

bool Scratch::spend(std::size_t work) {
  left_ -= std::min(left_, work + 1);
  return left_ > 0;
}

bool Scratch::descend(int level) {
  if (level <= kMaxLevels) return true;
  too_deep_ = true;
  left_ = 0;
  return false;
}

Result<void> Scratch::outcome() const {
  if (too_deep_) return tmpl::over_budget(kMaxLevels, "levels of a property path or its document");
  if (exhausted()) return tmpl::over_budget(kMaxWork, "bytes read and made by one property path");
  return {};
}

StringScan scan_string(std::string_view text, std::size_t quote) {
  bool escaped = false;
  std::size_t end = text.find('"', quote + 1);
  for (std::size_t at = quote + 1;;) {
    if (end < at) end = text.find('"', at);  // the one found was escaped
    const std::size_t escape = text.substr(0, end).find('\\', at);
    if (escape == std::string_view::npos) break;
    escaped = true;
    at = escape + 2;
  }
  if (end == std::string_view::npos) return {text.size(), text.substr(quote), escaped, false};
  return {end + 1, text.substr(quote, end + 1 - quote), escaped, true};
}

std::size_t scan_number(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    const char c = text[at];
    if (is_space(c) || c == ',' || c == ']' || c == '}') break;
  }
  return std::min(at, text.size());
}

std::size_t scan_literal(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] < 'a' || text[at] > 'z') break;
  }
  return std::min(at, text.size());
}

std::size_t scan_balanced(std::string_view text, std::size_t at) {
  if (at >= text.size()) return text.size();
  if (text[at] != '"') return scan_enclosed(text, at);
  const StringScan s = scan_string(text, at);
  return s.end;
}

namespace {

// Walks over brackets, and over strings, whose brackets do not count: by blocks where it can, else byte by byte.
class BracketWalk {
 public:
  explicit BracketWalk(std::string_view text) : text_(text) {}

  // From behind the first bracket to behind the one that closes it.
  std::size_t run(std::size_t at) {
    at_ = at;
    while (depth_ > 0 && at_ + kBlock <= text_.size()) {
      if (!take_block()) take_bytes(at_ + kBlock);
    }
    if (depth_ > 0) take_bytes(text_.size());
    if (depth_ > 0 && in_string_) return text_.size() + 1;
    return std::min(at_, text_.size());
  }

 private:
  static constexpr std::size_t kBlock = 64;
  using Bytes = unsigned char __attribute__((ext_vector_type(kBlock)));
  using Flags = bool __attribute__((ext_vector_type(kBlock)));

  template <class Comparison>
  static std::uint64_t bits(const Comparison& c) {
    return std::bit_cast<std::uint64_t>(__builtin_convertvector(c, Flags));
  }

  // False, and nothing taken, when there is a backslash outside strings: it escapes nothing.
  bool take_block() {
    Bytes block;
    std::memcpy(&block, text_.data() + at_, kBlock);
    const bool was_in_string = in_string_, was_escaped = escaped_;
    std::uint64_t backslashes = 0;
    if (__builtin_reduce_or(block == '\\') != 0) backslashes = bits(block == '\\');
    const std::uint64_t strings = inside(bits(block == '"') & ~behind(backslashes));
    if ((backslashes & ~strings) != 0) {
      in_string_ = was_in_string;
      escaped_ = was_escaped;
      return false;
    }
    const auto brackets = ((block | 0x20) == '{') | ((block | 0x20) == '}') | ((block & 0xFE) == '(');
    if (__builtin_reduce_or(brackets) != 0 && close(bits(brackets) & ~strings)) return true;
    at_ += kBlock;
    return true;
  }

  // The bytes that are escaped.
  std::uint64_t behind(std::uint64_t backslashes) {
    std::uint64_t escaped = std::exchange(escaped_, false) ? 1 : 0;
    backslashes &= ~escaped;
    while (backslashes != 0) {
      const std::uint64_t first = backslashes & -backslashes;
      const std::uint64_t next = first << 1U;
      escaped |= next;
      escaped_ = next == 0;
      backslashes &= ~(first | next);
    }
    return escaped;
  }

  // Every bit from an opening quote up to the closing one.
  std::uint64_t inside(std::uint64_t quotes) {
    for (unsigned shift = 1; shift < kBlock; shift *= 2) quotes ^= quotes << shift;
    if (in_string_) quotes = ~quotes;
    in_string_ = quotes >> (kBlock - 1) != 0;
    return quotes;
  }

  // True, and at_ behind it, when one of the brackets ends the walk.
  bool close(std::uint64_t brackets) {
    for (; brackets != 0; brackets &= brackets - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(brackets));
      count(text_[at_ + i]);
      if (depth_ > 0) continue;
      at_ += i + 1;
      return true;
    }
    return false;
  }

  void count(char c) {
    if (c == '{' || c == '[' || c == '(') ++depth_;
    if (c == '}' || c == ']' || c == ')') --depth_;
  }

  void take_bytes(std::size_t end) {
    for (; at_ < end && depth_ > 0; ++at_) {
      const char c = text_[at_];
      if (escaped_)
        escaped_ = false;
      else if (c == '"')
        in_string_ = !in_string_;
      else if (in_string_)
        escaped_ = c == '\\';
      else
        count(c);
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 1;
  bool in_string_ = false;
  bool escaped_ = false;  // the next byte is
};

}  // namespace

std::size_t scan_enclosed(std::string_view text, std::size_t at) { return BracketWalk(text).run(at + 1); }

SecretBytes unescape(std::string_view text) {
  SecretBytes out;
  out.reserve(text.size());
  const auto stops = [](char c) { return c == '\\' || static_cast<unsigned char>(c) < ' '; };
  for (std::size_t i = 0; i < text.size();) {
    const auto end = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(), stops);
    const auto stop = static_cast<std::size_t>(end - text.begin());
    out.append(text.substr(i, stop - i));
    i = stop;
    if (i == text.size() || text[i] != '\\') return out;  // a control character ends the string
    if (i + 1 >= text.size()) return out;
    const char kind = text[i + 1];
    i += 2;
    if (kind == 'u') {
      if (!unescape_rune(text, i, out)) return out;
      continue;
    }
    const char plain = simple_escape(kind);
    if (plain == 0) return out;
    out.append(std::string_view(&plain, 1));
  }
  return out;
}

Found string_value(const StringScan& scan, Scratch& scratch) {
  Found v{Kind::kString, scan.raw, scan.raw.substr(1), 0};
  if (scan.closed) v.str.remove_suffix(1);
  if (scan.escaped) v.str = scratch.keep(unescape(v.str));
  return v;
}

Found number_value(std::string_view raw) { return {Kind::kNumber, raw, {}, parse_float(raw)}; }

Found literal_value(std::string_view raw) {
  const Kind kind = raw.starts_with('t') ? Kind::kTrue : raw.starts_with('f') ? Kind::kFalse : Kind::kNull;
  return {kind, raw, {}, 0};
}

Found json_value(std::string_view raw) { return {Kind::kJson, raw, {}, 0}; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

bool starts_number(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == 'n') return at + 1 < text.size() && text[at + 1] != 'u';
  return is_digit(c) || c == '+' || c == '-' || c == 'i' || c == 'I' || c == 'N';
}

bool starts_value(std::string_view text, std::size_t at) {
  const char c = text[at];
  return c == '"' || c == '{' || c == '[' || c == 'n' || c == 't' || c == 'f' || starts_number(text, at);
}

Found parse(std::string_view text, Scratch& scratch) {
  std::size_t at = 0;
  while (at < text.size() && is_space(text[at])) ++at;
  if (at == text.size()) return {};
  const std::string_view rest = text.substr(at);
  const char c = rest[0];
  if (c == '{' || c == '[') return json_value(rest);
  if (starts_number(rest, 0)) return number_value(rest.substr(0, leading_number(rest)));
  if (c == 'n' || c == 't' || c == 'f') return literal_value(rest.substr(0, scan_literal(rest, 0)));
  if (c == '"') return string_value(scan_string(rest, 0), scratch);
  return {};
}

bool parse_next(std::string_view text, std::size_t& at, Found& out, Scratch& scratch) {
  for (; at < text.size(); ++at) {
    const std::size_t start = at;
    const char c = text[at];
    if (c == '{' || c == '[') {
      at = scan_balanced(text, at);
      out = json_value(text.substr(start, at - start));
      return true;
    }
    if (c == '"') {
      const StringScan s = scan_string(text, at);
      at = s.end;
      if (!s.closed) return false;
      out = string_value(s, scratch);
      return true;
    }
    if (starts_number(text, at)) {
      at = scan_number(text, at);
      out = number_value(text.substr(start, at - start));
      return true;
    }
    if (c == 'n' || c == 't' || c == 'f') {
      at = scan_literal(text, at);
      out = literal_value(text.substr(start, at - start));
      return true;
    }
  }
  return false;
}

SecretBytes text_of(const Found& value) {
  switch (value.kind) {
    case Kind::kNull:
      return {};
    case Kind::kFalse:
      return SecretBytes("false");
    case Kind::kTrue:
      return SecretBytes("true");
    case Kind::kString:
      return SecretBytes(value.str);
    case Kind::kJson:
      return SecretBytes(value.raw);
    case Kind::kNumber:
      break;
  }
  const std::string_view digits = value.raw.substr(value.raw.starts_with('-') ? 1 : 0);
  if (std::ranges::all_of(digits, is_digit)) return SecretBytes(value.raw);
  return SecretBytes(json::go_float(value.num, json::kPlainLayout));
}

bool truthy(const Found& value) {
  if (value.kind == Kind::kNumber) return value.num != 0;
  if (value.kind != Kind::kString) return value.kind == Kind::kTrue;
  return value.str == "1" || equals_folded(value.str, "t") || equals_folded(value.str, "true");
}

double parse_float(std::string_view text) {
  const bool negative = text.starts_with('-');
  std::string_view digits = text.substr(negative || text.starts_with('+') ? 1 : 0);
  if (equals_folded(digits, "inf") || equals_folded(digits, "infinity")) {
    return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  }
  if (equals_folded(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
  auto format = std::chars_format::general;
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    digits.remove_prefix(2);
    if (digits.find_first_of("pP") == std::string_view::npos) return 0;
    format = std::chars_format::hex;
  } else if (digits.empty() || (!is_digit(digits[0]) && digits[0] != '.')) {
    return 0;
  }
  double value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, format);
  if (error == std::errc::invalid_argument || stop != end) return 0;
  if (error == std::errc::result_out_of_range) value = std::strtod(std::string(digits).c_str(), nullptr);
  return negative ? -value : value;
}

bool glob(std::string_view text, std::string_view pattern, Scratch& scratch) {
  std::size_t t = 0;
  std::size_t p = 0;
  std::size_t star = std::string_view::npos;  // where to go on after the last star, and from which byte of the text
  std::size_t star_text = 0;
  for (std::size_t steps = 0;; ++steps) {
    if (steps > 2'000'000 || !scratch.spend(8)) return false;
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      star_text = t;
      continue;
    }
    if (t == text.size() && p == pattern.size()) return true;
    if (t < text.size() && p < pattern.size()) {
      const Rune have = decode_rune(text.substr(t));
      const bool quoted = pattern[p] == '\\';
      const Rune want = decode_rune(pattern.substr(quoted ? p + 1 : p));
      const bool any = !quoted && want.value == '?';
      if (want.size > 0 && (any || have.value == want.value)) {
        t += have.size;
        p += want.size + (quoted ? 1U : 0U);
        continue;
      }
    }
    if (star == std::string_view::npos || star_text >= text.size()) return false;
    p = star;
    star_text += decode_rune(text.substr(star_text)).size;
    t = star_text;
  }
}

}  // namespace rotor::gjson
