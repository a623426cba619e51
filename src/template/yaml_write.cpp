// The emitter of go-yaml v2, block style.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "template/go_number.hpp"
#include "template/json_value.hpp"
#include "template/unicode.hpp"
#include "template/yaml_value.hpp"

namespace rotor::tmpl {

namespace {

constexpr int kWidth = 80;
constexpr std::size_t kMaxSimpleKey = 128;

bool is_break(char32_t r) { return r == '\r' || r == '\n' || r == 0x85 || r == 0x2028 || r == 0x2029; }

bool is_yaml_printable(char32_t r) {
  return r == '\n' || (r >= 0x20 && r <= 0x7E) || (r >= 0xA0 && r <= 0xD7FF) ||
         (r >= 0xE000 && r <= 0xFFFD && r != 0xFEFF);
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

struct Analysis {
  bool multiline = false, plain = true, single = true, block = true;
};

bool starts_special(char32_t r) {
  return r < 0x80 && std::string_view("#,[]{}&*!|>'\"%@`").find(static_cast<char>(r)) != std::string_view::npos;
}

Analysis analyze(const std::vector<char32_t>& s) {
  Analysis a;
  if (s.empty()) return {false, true, true, false};
  bool indicators =
      s.size() >= 3 && ((s[0] == '-' && s[1] == '-' && s[2] == '-') || (s[0] == '.' && s[1] == '.' && s[2] == '.'));
  bool special = false, break_space = false, space_break = false, before_blank = true;
  const auto blank = [&](std::size_t i) {
    return i >= s.size() || s[i] == ' ' || s[i] == '\t' || s[i] == 0 || is_break(s[i]);
  };
  for (std::size_t i = 0; i < s.size(); ++i) {
    const char32_t c = s[i];
    const bool after_blank = blank(i + 1);
    if (i == 0 && starts_special(c)) indicators = true;
    if (i == 0 && (c == '?' || c == '-') && after_blank) indicators = true;
    if (c == ':' && after_blank) indicators = true;
    if (i > 0 && c == '#' && before_blank) indicators = true;
    special = special || !is_yaml_printable(c);
    a.multiline = a.multiline || is_break(c);
    if (i > 0 && c == ' ' && is_break(s[i - 1])) break_space = true;
    if (i > 0 && is_break(c) && s[i - 1] == ' ') space_break = true;
    before_blank = blank(i);
  }
  const bool edges = s.front() == ' ' || s.back() == ' ' || is_break(s.front()) || is_break(s.back());
  a.plain = !(edges || break_space || space_break || special || a.multiline || indicators);
  a.single = !(break_space || space_break || special);
  a.block = !(s.back() == ' ' || space_break || special);
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

// go-yaml's "natural" order of keys.
bool key_less(const std::string& x, const std::string& y) {
  const auto a = runes_of(x);
  const auto b = runes_of(y);
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (a[i] == b[i]) continue;
    const bool al = is_letter(a[i]);
    const bool bl = is_letter(b[i]);
    if (al && bl) return a[i] < b[i];
    if (al || bl) return bl;
    std::uint64_t an = 0, bn = 0;
    if (a[i] == '0' || b[i] == '0') {
      for (std::size_t j = i; j-- > 0 && is_digit(a[j]);) {
        if (a[j] != '0') {
          an = bn = 1;
          break;
        }
      }
    }
    std::size_t ai = i, bi = i;
    for (; ai < a.size() && is_digit(a[ai]); ++ai) an = an * 10 + (a[ai] - '0');
    for (; bi < b.size() && is_digit(b[bi]); ++bi) bn = bn * 10 + (b[bi] - '0');
    if (an != bn) return static_cast<std::int64_t>(an) < static_cast<std::int64_t>(bn);
    if (ai != bi) return ai < bi;
    return a[i] < b[i];
  }
  return a.size() < b.size();
}

enum class Style : std::uint8_t { kPlain, kSingle, kDouble, kLiteral };

Style style_of(std::string_view text, const Analysis& a, bool simple_key) {
  Style style = Style::kDouble;
  if (text.find('\n') != std::string_view::npos) {
    style = Style::kLiteral;
  } else {
    const YamlScalar read = resolve_plain(text);
    if (read.value.is_text() && !read.is_timestamp && !is_base60(text)) style = Style::kPlain;
  }
  if (simple_key && a.multiline) style = Style::kDouble;
  if (style == Style::kPlain && !a.plain) style = Style::kSingle;
  if (style == Style::kSingle && !a.single) style = Style::kDouble;
  if (style == Style::kLiteral && (!a.block || simple_key)) style = Style::kDouble;
  return style;
}

class Emitter {
 public:
  Result<std::string> run(const Value& v) {
    TRY_VOID(node(v, -2, true, 0));
    if (pending_newline_) out_.pop_back();
    return std::move(out_);
  }

 private:
  void put(char32_t r) {
    append_rune(out_, r);
    column_ = r == '\n' ? 0 : column_ + 1;
  }
  void put(std::string_view s) {
    for (const char c : s) put(static_cast<unsigned char>(c));
  }
  void new_line(int indent) {
    if (!pending_newline_) put(U'\n');
    pending_newline_ = false;
    for (int i = 0; i < indent; ++i) put(U' ');
  }

  // `indent` is that of the surrounding collection; `fresh` says that a collection may begin right here.
  Result<void> node(const Value& v, int indent, bool fresh, int depth) {
    if (depth > kMaxValueDepth) return over_budget(kMaxValueDepth, "levels of lists and maps");
    if (out_.size() > kMaxText) return over_budget(kMaxText, "bytes in one text");
    if (v.is_map() && v.size() > 0) return map(v, indent + 2, fresh, depth);
    if (v.is_list() && v.size() > 0) return list(v, fresh ? indent + 2 : indent, fresh, depth);
    if (!fresh) put(U' ');
    if (v.is_map() || v.is_list()) {
      put(v.is_map() ? "{}" : "[]");
    } else if (v.is_text()) {
      scalar(v.text(), std::max(indent + 2, 2), false);
    } else {
      put(other(v));
    }
    return {};
  }

  static std::string other(const Value& v) {
    if (v.is_nil()) return "null";
    if (v.is(Type::kBool)) return v.boolean() ? "true" : "false";
    if (v.is_unsigned()) return fmt::format("{}", v.unsigned_integer());
    if (v.is_signed()) return fmt::format("{}", v.integer());
    return print_float(v.real());
  }

  Result<void> list(const Value& v, int indent, bool fresh, int depth) {
    for (std::size_t i = 0; i < v.size(); ++i) {
      if (i > 0 || !fresh) new_line(indent);
      put("- ");
      TRY_VOID(node(v.at(i), indent, true, depth + 1));
    }
    return {};
  }

  Result<void> map(const Value& v, int indent, bool fresh, int depth) {
    std::vector<const Map::value_type*> members;
    for (const auto& member : v.members()) members.push_back(&member);
    // The order is not quite an order (Go's neither): heap sort copes.
    const auto less = [](const auto* a, const auto* b) { return key_less(a->first, b->first); };
    std::ranges::make_heap(members, less);
    std::ranges::sort_heap(members, less);
    for (std::size_t i = 0; i < members.size(); ++i) {
      const auto& [key, member] = *members[i];
      if (i > 0 || !fresh) new_line(indent);
      const bool simple = key.size() <= kMaxSimpleKey && !analyze(runes_of(key)).multiline;
      if (simple) {
        scalar(key, indent + 2, true);
        put(U':');
        TRY_VOID(node(member, indent, false, depth + 1));
        continue;
      }
      put("? ");
      scalar(key, indent + 2, false);
      new_line(indent);
      put(": ");
      TRY_VOID(node(member, indent, true, depth + 1));
    }
    return {};
  }

  void scalar(const std::string& text, int indent, bool simple_key) {
    const auto runes = runes_of(text);
    const Analysis a = analyze(runes);
    switch (style_of(text, a, simple_key)) {
      case Style::kPlain:
        return folded(runes, indent, !simple_key, Style::kPlain);
      case Style::kSingle:
        return folded(runes, indent, !simple_key, Style::kSingle);
      case Style::kDouble:
        return double_quoted(runes, indent, !simple_key);
      case Style::kLiteral:
        return literal(runes, indent);
    }
  }

  // Plain and single-quoted scalars break at single spaces beyond the width.
  void folded(const std::vector<char32_t>& s, int indent, bool breaks, Style style) {
    const bool quoted = style == Style::kSingle;
    if (quoted) put(U'\'');
    bool after_space = false;
    for (std::size_t i = 0; i < s.size(); ++i) {
      const bool inner = !quoted || (i > 0 && i + 1 < s.size());
      if (s[i] == ' ' && breaks && !after_space && column_ > kWidth && inner &&
          !(i + 1 < s.size() && s[i + 1] == ' ')) {
        new_line(indent);
      } else {
        if (quoted && s[i] == '\'') put(U'\'');
        put(s[i]);
      }
      after_space = s[i] == ' ';
    }
    if (quoted) put(U'\'');
  }

  void escape(char32_t r) {
    put(U'\\');
    switch (r) {
      case 0x00:
        return put(U'0');
      case 0x07:
        return put(U'a');
      case 0x08:
        return put(U'b');
      case 0x09:
        return put(U't');
      case 0x0A:
        return put(U'n');
      case 0x0B:
        return put(U'v');
      case 0x0C:
        return put(U'f');
      case 0x0D:
        return put(U'r');
      case 0x1B:
        return put(U'e');
      case 0x22:
        return put(U'"');
      case 0x5C:
        return put(U'\\');
      case 0x85:
        return put(U'N');
      case 0xA0:
        return put(U'_');
      case 0x2028:
        return put(U'L');
      case 0x2029:
        return put(U'P');
      default:
        break;
    }
    const auto code = static_cast<std::uint32_t>(r);
    put(code <= 0xFF ? fmt::format("x{:02X}", code)
                     : (code <= 0xFFFF ? fmt::format("u{:04X}", code) : fmt::format("U{:08X}", code)));
  }

  void double_quoted(const std::vector<char32_t>& s, int indent, bool breaks) {
    put(U'"');
    bool after_space = false;
    for (std::size_t i = 0; i < s.size(); ++i) {
      const char32_t r = s[i];
      if (!is_yaml_printable(r) || is_break(r) || r == '"' || r == '\\') {
        escape(r);
        after_space = false;
        continue;
      }
      if (r == ' ' && breaks && !after_space && column_ > kWidth && i > 0 && i + 1 < s.size()) {
        new_line(indent);
        if (s[i + 1] == ' ') put(U'\\');
      } else {
        put(r);
      }
      after_space = r == ' ';
    }
    put(U'"');
  }

  void literal(const std::vector<char32_t>& s, int indent) {
    put(U'|');
    if (s[0] == ' ' || is_break(s[0])) put(U'2');
    if (!is_break(s.back()))
      put(U'-');
    else if (s.size() == 1 || is_break(s[s.size() - 2]))
      put(U'+');
    put(U'\n');
    bool at_start = true;
    for (const char32_t r : s) {
      if (is_break(r)) {
        put(r);
        column_ = 0;
        at_start = true;
        continue;
      }
      if (at_start) {
        for (int k = 0; k < indent; ++k) put(U' ');
      }
      put(r);
      at_start = false;
    }
    pending_newline_ = at_start;
  }

  std::string out_;
  int column_ = 0;
  bool pending_newline_ = false;
};

}  // namespace

Result<std::string> write_yaml(const Value& value) { return Emitter().run(value); }

}  // namespace rotor::tmpl
