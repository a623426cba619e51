#include "template/go/format.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/duration.hpp"
#include "template/functions/semver.hpp"
#include "template/go/number.hpp"
#include "template/go/quote.hpp"
#include "template/go/time.hpp"
#include "template/go/unicode.hpp"

namespace rotor::tmpl {

namespace {

struct Flags {
  bool plus = false, minus = false, sharp = false, space = false, zero = false;
  bool plus_v = false, sharp_v = false;
  bool has_width = false, has_precision = false;
  int width = 0, precision = 0;
};

std::string named(std::string_view name, std::string_view type, std::int64_t v) {
  if (!name.empty()) return std::string(name);
  return fmt::format("%!{}({})", type, v);
}

// What the type's String method says; nothing for types without one.
std::optional<std::string> stringer(const Value& v) {
  switch (v.type()) {
    case Type::kTime:
      return print_time(v.time());
    case Type::kDuration:
      return format_duration(Duration(v.integer()));
    case Type::kMonth:
      return named(month_name(v.integer()), "Month", v.integer());
    case Type::kWeekday:
      return named(weekday_name(v.integer()), "Weekday", v.integer());
    case Type::kVersion:
    case Type::kVersionValue:
      return print_version(v.version());
    default:
      return std::nullopt;
  }
}

class Printer {
 public:
  Printer(std::string& out, std::size_t limit) : out_(out), limit_(limit) {}

  bool ok() const { return !failed_; }
  Result<void> outcome() const {
    if (too_deep_) return over_budget(kMaxValueDepth, "levels of lists and maps");
    if (failed_) return over_budget(static_cast<std::int64_t>(limit_), "bytes in one text");
    return {};
  }
  Flags flags;

  void raw(std::string_view s) {
    if (failed_) return;
    if (out_.size() + s.size() > limit_)
      failed_ = true;
    else
      out_ += s;
  }

  void argument(const Value& v, char32_t verb) {
    if (v.is_nil()) return verb == 'T' || verb == 'v' ? pad("<nil>") : bad_verb(verb, v);
    if (verb == 'T') return text(std::string(type_name(v.type())), 's', v);
    if (verb == 'w') return bad_verb(verb, v);
    value(v, verb, 0);
  }

 private:
  void padding(int count) {
    raw(std::string(static_cast<std::size_t>(std::max(count, 0)), flags.zero && !flags.minus ? '0' : ' '));
  }

  void pad(std::string_view s) {
    if (!flags.has_width || flags.width == 0) return raw(s);
    const int fill = flags.width - static_cast<int>(std::min<std::size_t>(rune_count(s), 2'000'000));
    if (!flags.minus) padding(fill);
    raw(s);
    if (flags.minus) padding(fill);
  }

  void bad_verb(char32_t verb, const Value& v) {
    std::string head = "%!";
    append_rune(head, verb);
    raw(head + "(");
    if (v.is_nil()) {
      raw("<nil>");
    } else {
      raw(fmt::format("{}=", type_name(v.type())));
      value(v, 'v', 0);
    }
    raw(")");
  }

  void value(const Value& v, char32_t verb, int depth) {
    if (depth > kMaxValueDepth) failed_ = too_deep_ = true;
    if (failed_) return;
    const bool textual = verb == 'v' || verb == 's' || verb == 'x' || verb == 'X' || verb == 'q';
    if (textual && !flags.sharp_v) {
      if (const auto s = stringer(v)) return text(*s, verb, v);
    }
    switch (v.type()) {
      case Type::kNil:
        return raw(flags.sharp_v && depth > 0 ? "interface {}(nil)" : "<nil>");
      case Type::kBool:
        return verb == 't' || verb == 'v' ? pad(v.boolean() ? "true" : "false") : bad_verb(verb, v);
      case Type::kFloat64:
        return number(v.real(), verb, v);
      case Type::kComplex128:
        return complex(v.complex(), verb, v);
      case Type::kString:
        return text(v.text(), verb, v);
      case Type::kCertificate:
        return certificate(v.certificate(), verb, depth);
      case Type::kTime:
      case Type::kVersion:
      case Type::kVersionValue:
        return flags.sharp_v ? raw(*stringer(v)) : bad_verb(verb, Value::text(""));
      case Type::kUint8:
      case Type::kUint64:
        return integer(v.unsigned_integer(), false, verb, v);
      default:
        break;
    }
    if (v.is_signed()) return integer(static_cast<std::uint64_t>(v.integer()), v.integer() < 0, verb, v);
    if (v.is_list()) return list(v, verb, depth);
    map(v, verb, depth);
  }

  void list(const Value& v, char32_t verb, int depth) {
    if (flags.sharp_v) {
      raw(type_name(v.type()));
      if (v.is_nil_container()) return raw("(nil)");
    }
    raw(flags.sharp_v ? "{" : "[");
    for (std::size_t i = 0; i < v.size() && !failed_; ++i) {
      if (i > 0) raw(flags.sharp_v ? ", " : " ");
      value(v.at(i), verb, depth + 1);
    }
    raw(flags.sharp_v ? "}" : "]");
  }

  void map(const Value& v, char32_t verb, int depth) {
    if (flags.sharp_v) {
      raw(type_name(v.type()));
      if (v.is_nil_container()) return raw("(nil)");
    }
    raw(flags.sharp_v ? "{" : "map[");
    bool first = true;
    if (!v.is_nil_container()) {
      for (const auto& [key, element] : v.members()) {
        if (failed_) return;
        if (!first) raw(flags.sharp_v ? ", " : " ");
        first = false;
        value(Value::text(key), verb, depth + 1);
        raw(":");
        value(element, verb, depth + 1);
      }
    }
    raw(flags.sharp_v ? "}" : "]");
  }

  void certificate(const Certificate& c, char32_t verb, int depth) {
    const bool named_fields = flags.plus_v || flags.sharp_v;
    raw(flags.sharp_v ? "sprig.certificate{" : "{");
    raw(named_fields ? "Cert:" : "");
    value(Value::text(c.cert), verb, depth + 1);
    raw(flags.sharp_v ? ", " : " ");
    raw(named_fields ? "Key:" : "");
    value(Value::text(c.key), verb, depth + 1);
    raw("}");
  }

  // --- strings
  std::string_view truncated(std::string_view s) const {
    if (!flags.has_precision) return s;
    std::size_t end = 0;
    for (int n = 0; n < flags.precision && end < s.size(); ++n)
      end += static_cast<std::size_t>(decode_rune(s.substr(end)).width);
    return s.substr(0, end);
  }

  void text(std::string_view s, char32_t verb, const Value& v) {
    switch (verb) {
      case 'v':
        return flags.sharp_v ? quoted(s) : pad(truncated(s));
      case 's':
        return pad(truncated(s));
      case 'x':
        return hex(s, "0123456789abcdef", 'x');
      case 'X':
        return hex(s, "0123456789ABCDEF", 'X');
      case 'q':
        return quoted(s);
      default:
        return bad_verb(verb, v);
    }
  }

  void quoted(std::string_view s) {
    s = truncated(s);
    if (flags.sharp && can_backquote(s)) return pad(fmt::format("`{}`", s));
    pad(quote(s, flags.plus));
  }

  void hex(std::string_view s, std::string_view digits, char x) {
    if (flags.has_precision) s = s.substr(0, std::min(s.size(), static_cast<std::size_t>(flags.precision)));
    std::string out;
    const std::string prefix = {'0', x};
    if (s.size() * 5 > limit_) failed_ = true;
    for (std::size_t i = 0; i < s.size() && !failed_; ++i) {
      if (i > 0 && flags.space) out += ' ';
      if (flags.sharp && (flags.space || i == 0)) out += prefix;
      const auto byte = static_cast<unsigned char>(s[i]);
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
    pad(out);
  }

  // --- numbers
  void integer(std::uint64_t bits, bool negative, char32_t verb, const Value& v) {
    const std::uint64_t magnitude = negative ? 0 - bits : bits;
    switch (verb) {
      case 'v':
        if (flags.sharp_v && v.is_unsigned()) {
          const bool sharp = std::exchange(flags.sharp, true);
          based(magnitude, negative, 16, 'v');
          flags.sharp = sharp;
          return;
        }
        return based(magnitude, negative, 10, verb);
      case 'd':
        return based(magnitude, negative, 10, verb);
      case 'b':
        return based(magnitude, negative, 2, verb);
      case 'o':
      case 'O':
        return based(magnitude, negative, 8, verb);
      case 'x':
      case 'X':
        return based(magnitude, negative, 16, verb);
      case 'c': {
        std::string s;
        append_rune(s, bits > 0x10FFFF ? kRuneError : static_cast<char32_t>(bits));
        return pad(s);
      }
      case 'q':
        return pad(quote_rune(bits > 0x10FFFF ? kRuneError : static_cast<char32_t>(bits), flags.plus));
      case 'U':
        return unicode(bits);
      default:
        return bad_verb(verb, v);
    }
  }

  void unicode(std::uint64_t u) {
    const int digits = flags.has_precision && flags.precision > 4 ? flags.precision : 4;
    std::string s = fmt::format("U+{:0{}X}", u, digits);
    if (flags.sharp && u <= 0x10FFFF && is_printable(static_cast<char32_t>(u))) {
      s += " '";
      append_rune(s, static_cast<char32_t>(u));
      s += '\'';
    }
    const bool zero = std::exchange(flags.zero, false);
    pad(s);
    flags.zero = zero;
  }

  void based(std::uint64_t u, bool negative, unsigned base, char32_t verb) {
    int precision = 0;
    if (flags.has_precision) {
      precision = flags.precision;
      if (precision == 0 && u == 0) {
        const bool zero = std::exchange(flags.zero, false);
        padding(flags.has_width ? flags.width : 0);
        flags.zero = zero;
        return;
      }
    } else if (flags.zero && !flags.minus && flags.has_width) {
      precision = flags.width - (negative || flags.plus || flags.space ? 1 : 0);
    }
    const std::string_view alphabet = verb == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    std::string s;
    do {
      s += alphabet[u % base];
      u /= base;
    } while (u > 0);
    while (static_cast<int>(s.size()) < precision) s += '0';
    if (flags.sharp) {
      if (base == 2) s += "b0";
      if (base == 8 && s.back() != '0') s += '0';
      if (base == 16) s += verb == 'X' ? "X0" : "x0";
    }
    if (verb == 'O') s += "o0";
    if (negative)
      s += '-';
    else if (flags.plus)
      s += '+';
    else if (flags.space)
      s += ' ';
    std::reverse(s.begin(), s.end());
    const bool zero = std::exchange(flags.zero, false);
    pad(s);
    flags.zero = zero;
  }

  void number(double v, char32_t verb, const Value& original) {
    switch (verb) {
      case 'v':
        return real(v, 'g', -1);
      case 'b':
      case 'g':
      case 'G':
      case 'x':
      case 'X':
        return real(v, static_cast<char>(verb), -1);
      case 'f':
      case 'e':
      case 'E':
        return real(v, static_cast<char>(verb), 6);
      case 'F':
        return real(v, 'f', 6);
      default:
        return bad_verb(verb, original);
    }
  }

  // `s` starts with a sign. The sharp flag keeps the point and the trailing zeros (of %x, but not of %X, as Go has it).
  std::string sharpened(std::string s, char verb) const {
    int digits = 0;
    if (verb == 'g' || verb == 'G' || verb == 'x') digits = flags.has_precision ? flags.precision : 6;
    std::string tail;
    bool point = false;
    bool nonzero = false;
    for (std::size_t i = 1; i < s.size(); ++i) {
      const bool exponent = (s[i] | 0x20) == 'p' || ((s[i] | 0x20) == 'e' && verb != 'x' && verb != 'X');
      if (s[i] == '.') {
        point = true;
      } else if (exponent) {
        tail = s.substr(i);
        s.resize(i);
      } else {
        nonzero = nonzero || s[i] != '0';
        if (nonzero) --digits;
      }
    }
    if (!point) {
      if (s.size() == 2 && s[1] == '0') --digits;
      s += '.';
    }
    if (digits > 0) s += std::string(static_cast<std::size_t>(digits), '0');
    return s + tail;
  }

  void real(double v, char verb, int precision) {
    if (flags.has_precision) precision = flags.precision;
    std::string s = format_float(v, verb, precision);
    if (s[0] != '-' && s[0] != '+') s.insert(0, 1, '+');
    if (flags.space && s[0] == '+' && !flags.plus) s[0] = ' ';
    if (s[1] == 'I' || s[1] == 'N') {
      const bool zero = std::exchange(flags.zero, false);
      const bool hide = (s[1] == 'N' && !flags.space && !flags.plus);
      pad(hide ? s.substr(1) : s);
      flags.zero = zero;
      return;
    }
    if (flags.sharp && verb != 'b') s = sharpened(std::move(s), verb);
    if (!flags.plus && s[0] == '+') return pad(std::string_view(s).substr(1));
    if (flags.zero && !flags.minus && flags.has_width && flags.width > static_cast<int>(s.size())) {
      raw(s.substr(0, 1));
      padding(flags.width - static_cast<int>(s.size()));
      return raw(s.substr(1));
    }
    pad(s);
  }

  void complex(std::complex<double> v, char32_t verb, const Value& original) {
    if (std::string_view("vbgGxXfFeE").find(static_cast<char>(verb)) == std::string_view::npos)
      return bad_verb(verb, original);
    raw("(");
    number(v.real(), verb, original);
    const bool plus = std::exchange(flags.plus, true);
    number(v.imag(), verb, original);
    flags.plus = plus;
    raw("i)");
  }

  std::string& out_;
  std::size_t limit_;
  bool failed_ = false;
  bool too_deep_ = false;
};

// The directives of one format string, left to right.
class Formatter {
 public:
  Formatter(Printer& printer, std::string_view format, std::span<const Value> args)
      : p_(printer), f_(format), args_(args) {}

  void run() {
    while (at_ < f_.size() && p_.ok()) {
      const auto percent = std::min(f_.find('%', at_), f_.size());
      p_.raw(f_.substr(at_, percent - at_));
      at_ = percent;
      if (at_ == f_.size()) break;
      ++at_;
      directive();
    }
    extra();
  }

 private:
  void directive() {
    p_.flags = {};
    good_ = true;
    after_index_ = false;
    read_flags();
    index();
    read_width();
    if (at_ < f_.size() && f_[at_] == '.') read_precision();
    if (!after_index_) index();
    if (at_ >= f_.size()) return p_.raw("%!(NOVERB)");
    const Rune verb = decode_rune(f_.substr(at_));
    at_ += static_cast<std::size_t>(verb.width);
    apply(verb.value);
  }

  void read_flags() {
    for (; at_ < f_.size(); ++at_) {
      switch (f_[at_]) {
        case '#':
          p_.flags.sharp = true;
          break;
        case '0':
          p_.flags.zero = true;
          break;
        case '+':
          p_.flags.plus = true;
          break;
        case '-':
          p_.flags.minus = true;
          break;
        case ' ':
          p_.flags.space = true;
          break;
        default:
          return;
      }
    }
  }

  void read_width() {
    Flags& g = p_.flags;
    if (at_ < f_.size() && f_[at_] == '*') {
      ++at_;
      g.has_width = star(g.width);
      if (!g.has_width) p_.raw("%!(BADWIDTH)");
      if (g.width < 0) {
        g.width = -g.width;
        g.minus = true;
        g.zero = false;
      }
      after_index_ = false;
      return;
    }
    g.has_width = number(g.width);
    if (after_index_ && g.has_width) good_ = false;
  }

  void read_precision() {
    Flags& g = p_.flags;
    ++at_;
    if (after_index_) good_ = false;
    index();
    if (at_ < f_.size() && f_[at_] == '*') {
      ++at_;
      g.has_precision = star(g.precision);
      if (g.precision < 0) {
        g.precision = 0;
        g.has_precision = false;
      }
      if (!g.has_precision) p_.raw("%!(BADPREC)");
      after_index_ = false;
      return;
    }
    if (!number(g.precision)) g.precision = 0;
    g.has_precision = true;
  }

  void apply(char32_t verb) {
    std::string shown;
    append_rune(shown, verb);
    if (verb == '%') return p_.raw("%");
    if (!good_) return p_.raw("%!" + shown + "(BADINDEX)");
    if (next_ >= args_.size()) return p_.raw("%!" + shown + "(MISSING)");
    if (verb == 'v' || verb == 'w') {  // Go reads the flags of %w, which belongs to Errorf, as those of %v
      p_.flags.sharp_v = std::exchange(p_.flags.sharp, false);
      p_.flags.plus_v = std::exchange(p_.flags.plus, false);
    }
    p_.argument(args_[next_++], verb);
  }

  void extra() {
    if (reordered_ || next_ >= args_.size()) return;
    p_.flags = {};
    p_.raw("%!(EXTRA ");
    for (std::size_t i = next_; i < args_.size(); ++i) {
      if (i > next_) p_.raw(", ");
      if (args_[i].is_nil()) {
        p_.raw("<nil>");
      } else {
        p_.raw(fmt::format("{}=", type_name(args_[i].type())));
        p_.argument(args_[i], 'v');
      }
    }
    p_.raw(")");
  }

  bool number(int& out) {
    const std::size_t start = at_;
    int v = 0;
    while (at_ < f_.size() && f_[at_] >= '0' && f_[at_] <= '9') {
      v = v * 10 + (f_[at_++] - '0');
      if (v > 1'000'000) {
        at_ = f_.size();
        out = 0;
        return false;
      }
    }
    out = v;
    return at_ > start;
  }

  // A width or precision taken from the arguments.
  bool star(int& out) {
    out = 0;
    if (next_ >= args_.size()) return false;
    const Value& v = args_[next_++];
    std::int64_t n = 0;
    if (v.is_signed())
      n = v.integer();
    else if (v.is_unsigned())
      n = static_cast<std::int64_t>(std::min<std::uint64_t>(v.unsigned_integer(), INT64_MAX));
    else
      return false;
    if (n > 1'000'000 || n < -1'000'000) return false;
    out = static_cast<int>(n);
    return true;
  }

  // An explicit argument index, `[2]`.
  void index() {
    after_index_ = false;
    if (at_ >= f_.size() || f_[at_] != '[') return;
    reordered_ = true;
    const auto close = f_.find(']', at_);
    if (f_.size() - at_ < 3 || close == std::string_view::npos) {
      good_ = false;
      ++at_;
      return;
    }
    const std::string_view digits = f_.substr(at_ + 1, close - at_ - 1);
    at_ = close + 1;
    const ParsedUint n = parse_uint(digits, 10);
    if (n.value && *n.value >= 1 && *n.value <= args_.size()) {
      next_ = *n.value - 1;
      after_index_ = true;
      return;
    }
    good_ = false;
    after_index_ = n.value.has_value();
  }

  Printer& p_;
  std::string_view f_;
  std::span<const Value> args_;
  std::size_t at_ = 0, next_ = 0;
  bool good_ = true, after_index_ = false, reordered_ = false;
};

}  // namespace

Result<void> print_value(std::string& out, const Value& value, std::size_t limit) {
  Printer printer(out, limit);
  printer.argument(value, 'v');
  return printer.outcome();
}

Result<std::string> to_text(const Value& value) {
  if (value.is_text()) return value.text();
  std::string out;
  TRY_VOID(print_value(out, value));
  return out;
}

Result<void> print_format(std::string& out, std::string_view format, std::span<const Value> args, std::size_t limit) {
  Printer printer(out, limit);
  Formatter(printer, format, args).run();
  return printer.outcome();
}

Result<void> print_all(std::string& out, std::span<const Value> args, std::size_t limit) {
  Printer printer(out, limit);
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (i > 0 && !args[i].is_text() && !args[i - 1].is_text()) printer.raw(" ");
    printer.argument(args[i], 'v');
  }
  return printer.outcome();
}

std::size_t weight(const Value& value) {
  constexpr std::size_t kObject = 64;  // what the allocator and the counters take
  if (value.is_text()) return value.text().size() + kObject;
  if (value.is_list())
    return (value.is(Type::kStringList) ? kObject : 0) * value.size() + value.size() * sizeof(Value) + 2 * kObject;
  if (value.is_map()) return (value.is_nil_container() ? 0 : value.size() * (sizeof(Value) + kObject)) + kObject;
  return 0;
}

std::size_t weight_of_members(const Map& members) {
  std::size_t sum = 0;
  for (const auto& [key, _] : members) sum += key.size() + sizeof(Value) + 64;
  return sum;
}

}  // namespace rotor::tmpl
