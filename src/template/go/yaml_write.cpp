// The emitter of go-yaml v2, block style.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "template/go/json.hpp"
#include "template/go/number.hpp"
#include "template/go/unicode.hpp"
#include "template/go/yaml_value.hpp"

namespace rotor::tmpl {

namespace {

constexpr int kWidth = 80;
constexpr std::size_t kMaxSimpleKey = 128;
constexpr int kMaxDirectDepth = 100;

bool is_break(char32_t r) { return r == '\r' || r == '\n' || r == 0x85 || r == 0x2028 || r == 0x2029; }

bool is_yaml_printable(char32_t r) {
  return r == '\n' || (r >= 0x20 && r <= 0x7E) || (r >= 0xA0 && r <= 0xD7FF) ||
         (r >= 0xE000 && r <= 0xFFFD && r != 0xFEFF);
}

bool is_ascii(std::string_view s) {
  return std::ranges::all_of(s, [](char c) { return static_cast<unsigned char>(c) < kAsciiEnd; });
}

std::vector<char32_t> runes_of(std::string_view s) {
  std::vector<char32_t> out;
  while (!s.empty()) {
    const Rune r = decode_rune(s);
    out.push_back(r.value);
    s.remove_prefix(static_cast<std::size_t>(r.width));
  }
  return out;
}

// Calls `visit(rune, next)` for every rune; `next` is of width 0 at the end.
template <class Visit>
void each_rune(std::string_view s, Visit visit) {
  Rune next = decode_rune(s);
  while (!s.empty()) {
    const Rune r = next;
    s.remove_prefix(static_cast<std::size_t>(r.width));
    next = decode_rune(s);
    visit(r, next);
  }
}

struct Analysis {
  bool multiline = false, plain = true, single = true, block = true;
  bool special = false;  // holds what is not printable
  bool valid = true;     // UTF-8
  bool spaces = false;
  int runes = 0;
};

bool starts_special(char32_t r) {
  return r < kAsciiEnd && std::string_view("#,[]{}&*!|>'\"%@`").contains(static_cast<char>(r));
}

bool is_blank(char32_t r) { return r == ' ' || r == '\t' || r == 0 || is_break(r); }

Analysis analyze(std::string_view s) {
  Analysis a;
  if (s.empty()) {
    a.block = false;
    return a;
  }
  bool indicators = s.starts_with("---") || s.starts_with("...");
  bool break_space = false, space_break = false, starts_blank = false;
  char32_t before = ' ';
  each_rune(s, [&](const Rune& rune, const Rune& next) {
    const char32_t c = rune.value;
    const bool first = a.runes++ == 0;
    const bool after_blank = next.width == 0 || is_blank(next.value);
    if (first && (starts_special(c) || ((c == '?' || c == '-') && after_blank))) indicators = true;
    if (c == ':' && after_blank) indicators = true;
    if (!first && c == '#' && is_blank(before)) indicators = true;
    if (first) starts_blank = c == ' ' || is_break(c);
    a.special = a.special || !is_yaml_printable(c);
    a.valid = a.valid && rune.valid();
    a.multiline = a.multiline || is_break(c);
    a.spaces = a.spaces || c == ' ';
    if (!first && c == ' ' && is_break(before)) break_space = true;
    if (!first && is_break(c) && before == ' ') space_break = true;
    before = c;
  });
  const bool edges = starts_blank || before == ' ' || is_break(before);
  a.plain = !(edges || break_space || space_break || a.special || a.multiline || indicators);
  a.single = !(break_space || space_break || a.special);
  a.block = !(before == ' ' || space_break || a.special);
  return a;
}

// 1:20:30, which YAML 1.1 takes for a number in base 60.
bool is_base60(std::string_view s) {
  std::size_t i = 0;
  const auto digit = [&](std::size_t k) { return k < s.size() && s[k] >= '0' && s[k] <= '9'; };
  if (i < s.size() && (s[i] == '-' || s[i] == '+')) ++i;
  if (!digit(i)) return false;
  while (digit(i) || (i < s.size() && s[i] == '_')) ++i;
  int groups = 0;
  while (i < s.size() && s[i] == ':') {
    ++i;
    if (digit(i) && digit(i + 1) && s[i] <= '5')
      i += 2;
    else if (digit(i))
      ++i;
    else
      return false;
    ++groups;
  }
  if (groups == 0) return false;
  if (i < s.size() && s[i] == '.') {
    ++i;
    while (digit(i) || (i < s.size() && s[i] == '_')) ++i;
  }
  return i == s.size();
}

// go-yaml's "natural" order of keys, over texts whose elements are runes.
template <class Runes>
bool natural_less(const Runes& x, const Runes& y) {
  const auto at = [](const Runes& s, std::size_t i) { return static_cast<char32_t>(s[i]); };
  for (std::size_t i = 0; i < x.size() && i < y.size(); ++i) {
    const char32_t a = at(x, i), b = at(y, i);
    if (a == b) continue;
    const bool al = is_letter(a);
    const bool bl = is_letter(b);
    if (al && bl) return a < b;
    if (al || bl) return bl;
    std::uint64_t an = 0, bn = 0;
    if (a == '0' || b == '0') {
      for (std::size_t j = i; j-- > 0 && is_digit(at(x, j));) {
        if (at(x, j) != '0') {
          an = bn = 1;
          break;
        }
      }
    }
    std::size_t ai = i, bi = i;
    for (; ai < x.size() && is_digit(at(x, ai)); ++ai) an = an * 10 + (at(x, ai) - '0');
    for (; bi < y.size() && is_digit(at(y, bi)); ++bi) bn = bn * 10 + (at(y, bi) - '0');
    if (an != bn) return static_cast<std::int64_t>(an) < static_cast<std::int64_t>(bn);
    if (ai != bi) return ai < bi;
    return a < b;
  }
  return x.size() < y.size();
}

bool key_less(std::string_view x, std::string_view y) {
  if (is_ascii(x) && is_ascii(y)) return natural_less(x, y);
  return natural_less(runes_of(x), runes_of(y));
}

enum class Style : std::uint8_t { kPlain, kSingle, kDouble, kLiteral };

Style style_of(std::string_view text, const Analysis& a, bool simple_key) {
  Style style = Style::kDouble;
  if (text.contains('\n'))
    style = Style::kLiteral;
  else if (reads_as_text(text) && !is_base60(text))
    style = Style::kPlain;
  if (simple_key && a.multiline) style = Style::kDouble;
  if (style == Style::kPlain && !a.plain) style = Style::kSingle;
  if (style == Style::kSingle && !a.single) style = Style::kDouble;
  if (style == Style::kLiteral && (!a.block || simple_key)) style = Style::kDouble;
  return style;
}

class Emitter {
 public:
  // `through_json`: as if the value came from JSON; what that might change is an error.
  explicit Emitter(bool through_json) : through_json_(through_json) {}

  Result<std::string> run(const Value& v) {
    TRY_VOID(node(v, -2, true, 0));
    if (pending_newline_) out_.pop_back();
    return std::move(out_);
  }

 private:
  static std::unexpected<Error> refuse(const char* why) { return rotor::fail(Code::kInvalid, why); }

  void put(char c) {
    out_ += c;
    ++column_;
  }
  void put_ascii(std::string_view s) {
    out_ += s;
    column_ += static_cast<int>(s.size());
  }
  void put_rune(char32_t r) {
    append_rune(out_, r);
    ++column_;
  }
  void new_line(int indent) {
    if (!pending_newline_) out_ += '\n';
    pending_newline_ = false;
    out_.append(static_cast<std::size_t>(indent), ' ');
    column_ = indent;
  }

  // `indent` is that of the surrounding collection; `fresh` says that a collection may begin right here.
  Result<void> node(const Value& v, int indent, bool fresh, int depth) {
    if (through_json_ && depth > kMaxDirectDepth) return refuse("too deep for a YAML reader");
    if (depth > kMaxValueDepth) return over_budget(kMaxValueDepth, "levels of lists and maps");
    if (out_.size() > kMaxText) return over_budget(kMaxText, "bytes in one text");
    if (v.is_map() && v.size() > 0) return map(v, indent + 2, fresh, depth);
    if (v.is_list() && v.size() > 0) return list(v, fresh ? indent + 2 : indent, fresh, depth);
    if (!fresh) put(' ');
    if (v.is_text()) return text(v.text(), std::max(indent + 2, 2));
    if (through_json_) return json_scalar(v);
    if (v.is_map() || v.is_list())
      put_ascii(v.is_map() ? "{}" : "[]");
    else
      put_ascii(other(v));
    return {};
  }

  static std::string other(const Value& v) {
    if (v.is_nil()) return "null";
    if (v.is(Type::kBool)) return v.boolean() ? "true" : "false";
    if (v.is_unsigned()) return fmt::format("{}", v.unsigned_integer());
    if (v.is_signed()) return fmt::format_int(v.integer()).str();
    return print_float(v.real());
  }

  // JSON writes nil containers as null, and whole numbers without a fraction.
  Result<void> json_scalar(const Value& v) {
    constexpr double kExact = 1e15;
    if (v.is_map() || v.is_list()) {
      put_ascii(v.is_nil_container() ? "null" : (v.is_map() ? "{}" : "[]"));
    } else if (v.is(Type::kFloat64)) {
      const double number = v.real();
      if (!std::isfinite(number)) return refuse("a number that JSON cannot hold");
      if (std::abs(number) < kExact && std::trunc(number) == number)
        put_ascii(fmt::format_int(static_cast<std::int64_t>(number)).str());
      else
        put_ascii(other(resolve_plain(json_float(number)).value));
    } else if (v.is_nil() || v.is(Type::kBool) || v.is_signed() || v.is_unsigned()) {
      put_ascii(other(v));
    } else {
      return refuse("a value that JSON changes");
    }
    return {};
  }

  Result<void> text(const std::string& s, int indent) {
    const Analysis a = analyze(s);
    if (through_json_ && changed_by_json(a)) return refuse("a text that JSON may change");
    scalar(s, a, indent, false);
    return {};
  }

  // Escapes come back as they went; what YAML does not allow to stand in a document does not.
  static bool changed_by_json(const Analysis& a) { return a.special || !a.valid; }

  Result<void> list(const Value& v, int indent, bool fresh, int depth) {
    for (std::size_t i = 0; i < v.size(); ++i) {
      if (i > 0 || !fresh) new_line(indent);
      put_ascii("- ");
      TRY_VOID(node(v.at(i), indent, true, depth + 1));
    }
    return {};
  }

  static std::vector<const Map::value_type*> in_order(const Map& map) {
    std::vector<const Map::value_type*> members;
    members.reserve(map.size());
    for (const auto& member : map) members.push_back(&member);
    const auto less = [](const auto* a, const auto* b) { return key_less(a->first, b->first); };
    if (std::ranges::is_sorted(members, less)) return members;
    // The order is not quite an order (Go's neither): heap sort copes.
    std::ranges::make_heap(members, less);
    std::ranges::sort_heap(members, less);
    return members;
  }

  Result<void> map(const Value& v, int indent, bool fresh, int depth) {
    bool first = fresh;
    for (const auto* member : in_order(v.members())) {
      if (!first) new_line(indent);
      first = false;
      TRY_VOID(pair(member->first, member->second, indent, depth));
    }
    return {};
  }

  Result<void> pair(const std::string& key, const Value& value, int indent, int depth) {
    const Analysis a = analyze(key);
    const bool short_enough = key.size() <= kMaxSimpleKey;
    if (through_json_ && (changed_by_json(a) || !short_enough)) return refuse("a key that JSON may change");
    if (short_enough && !a.multiline) {
      scalar(key, a, indent + 2, true);
      put(':');
      return node(value, indent, false, depth + 1);
    }
    put_ascii("? ");
    scalar(key, a, indent + 2, false);
    new_line(indent);
    put_ascii(": ");
    return node(value, indent, true, depth + 1);
  }

  void scalar(std::string_view text, const Analysis& a, int indent, bool simple_key) {
    switch (style_of(text, a, simple_key)) {
      case Style::kPlain:
        return flowing(text, a, indent, !simple_key, Style::kPlain);
      case Style::kSingle:
        return flowing(text, a, indent, !simple_key, Style::kSingle);
      case Style::kDouble:
        return double_quoted(text, indent, !simple_key);
      case Style::kLiteral:
        return literal(text, indent);
    }
  }

  // Plain and single-quoted scalars break at single spaces beyond the width.
  void flowing(std::string_view text, const Analysis& a, int indent, bool breaks, Style style) {
    const bool quoted = style == Style::kSingle;
    const bool fits = !breaks || !a.spaces || column_ + a.runes < kWidth;
    if (quoted) put('\'');
    if (fits && a.valid && !(quoted && text.contains('\''))) {
      out_ += text;
      column_ += a.runes;
    } else {
      folded(text, indent, breaks, quoted);
    }
    if (quoted) put('\'');
  }

  void folded(std::string_view text, int indent, bool breaks, bool quoted) {
    bool after_space = false, first = true;
    each_rune(text, [&](const Rune& r, const Rune& next) {
      const bool inner = !quoted || (!first && next.width > 0);
      if (r.value == ' ' && breaks && !after_space && column_ > kWidth && inner && next.value != ' ') {
        new_line(indent);
      } else {
        if (quoted && r.value == '\'') put('\'');
        put_rune(r.value);
      }
      after_space = r.value == ' ';
      first = false;
    });
  }

  void escape(char32_t r) {
    put('\\');
    switch (r) {
      case 0x00:
        return put('0');
      case 0x07:
        return put('a');
      case 0x08:
        return put('b');
      case 0x09:
        return put('t');
      case 0x0A:
        return put('n');
      case 0x0B:
        return put('v');
      case 0x0C:
        return put('f');
      case 0x0D:
        return put('r');
      case 0x1B:
        return put('e');
      case 0x22:
        return put('"');
      case 0x5C:
        return put('\\');
      case 0x85:
        return put('N');
      case 0xA0:
        return put('_');
      case 0x2028:
        return put('L');
      case 0x2029:
        return put('P');
      default:
        break;
    }
    const auto code = static_cast<std::uint32_t>(r);
    put_ascii(code <= 0xFF ? fmt::format("x{:02X}", code)
                           : (code <= 0xFFFF ? fmt::format("u{:04X}", code) : fmt::format("U{:08X}", code)));
  }

  void double_quoted(std::string_view text, int indent, bool breaks) {
    put('"');
    bool after_space = false, first = true;
    each_rune(text, [&](const Rune& rune, const Rune& next) {
      const char32_t r = rune.value;
      const bool inner = !std::exchange(first, false) && next.width > 0;
      if (!is_yaml_printable(r) || is_break(r) || r == '"' || r == '\\') {
        escape(r);
        after_space = false;
        return;
      }
      if (r == ' ' && breaks && !after_space && column_ > kWidth && inner) {
        new_line(indent);
        if (next.value == ' ') put('\\');
      } else {
        put_rune(r);
      }
      after_space = r == ' ';
    });
    put('"');
  }

  void literal(std::string_view text, int indent) {
    put('|');
    const char32_t first = decode_rune(text).value;
    const Rune last = decode_last_rune(text);
    const std::string_view before = text.substr(0, text.size() - static_cast<std::size_t>(last.width));
    if (first == ' ' || is_break(first)) put('2');
    if (!is_break(last.value))
      put('-');
    else if (before.empty() || is_break(decode_last_rune(before).value))
      put('+');
    out_ += '\n';
    bool at_start = true;
    each_rune(text, [&](const Rune& r, const Rune&) {
      const bool ends = is_break(r.value);
      if (at_start && !ends) out_.append(static_cast<std::size_t>(indent), ' ');
      append_rune(out_, r.value);
      at_start = ends;
    });
    column_ = 0;
    pending_newline_ = at_start;
  }

  std::string out_;
  int column_ = 0;
  bool pending_newline_ = false;
  bool through_json_;
};

}  // namespace

Result<std::string> write_yaml(const Value& value) { return Emitter(false).run(value); }

std::optional<std::string> write_yaml_at_once(const Value& value) {
  auto yaml = Emitter(true).run(value);
  if (!yaml) return std::nullopt;
  return *std::move(yaml);
}

}  // namespace rotor::tmpl
