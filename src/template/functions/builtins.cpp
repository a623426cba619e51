// The 19 functions of text/template itself.
#include <fmt/format.h>

#include "template/functions/helpers.hpp"
#include "template/go/unicode.hpp"

namespace rotor::tmpl {

namespace {

enum class Basic : std::uint8_t { kInvalid, kBool, kComplex, kInt, kFloat, kString, kUint, kOther };

Basic basic(const Value& v) {
  if (v.is_nil()) return Basic::kInvalid;
  if (v.is_signed()) return Basic::kInt;
  if (v.is_unsigned()) return Basic::kUint;
  switch (v.type()) {
    case Type::kBool:
      return Basic::kBool;
    case Type::kComplex128:
      return Basic::kComplex;
    case Type::kFloat64:
      return Basic::kFloat;
    case Type::kString:
      return Basic::kString;
    default:
      return Basic::kOther;
  }
}

std::unexpected<Error> incompatible(const Value& a, const Value& b) {
  return bad(fmt::format("incompatible types for comparison: {} and {}", type_name(a.type()), type_name(b.type())));
}

bool equal_basic(const Value& a, const Value& b, Basic kind) {
  switch (kind) {
    case Basic::kBool:
      return a.boolean() == b.boolean();
    case Basic::kComplex:
      return a.complex() == b.complex();
    case Basic::kInt:
      return a.integer() == b.integer();
    case Basic::kUint:
      return a.unsigned_integer() == b.unsigned_integer();
    case Basic::kFloat:
      return a.real() == b.real();
    case Basic::kString:
      return a.text() == b.text();
    default:
      return false;
  }
}

bool mixed_equal(const Value& a, const Value& b) {  // one signed, one unsigned
  const Value& i = a.is_signed() ? a : b;
  const Value& u = a.is_signed() ? b : a;
  return i.integer() >= 0 && static_cast<std::uint64_t>(i.integer()) == u.unsigned_integer();
}

Result<bool> equal_other(Context& context, const Value& a, const Value& b) {
  if (!a.is_nil() && !b.is_nil() && a.type() != b.type()) return incompatible(a, b);
  if (a.is_nil() || b.is_nil()) {
    const Value& other = a.is_nil() ? b : a;
    return other.is_nil() || ((other.is_list() || other.is_map()) && other.is_nil_container());
  }
  if (b.is_list() || b.is_map()) {
    return bad(fmt::format("non-comparable type {}", type_name(b.type())));
  }
  return same(context, a, b);
}

Result<bool> equal(Context& context, const Value& a, const Value& b) {
  const Basic x = basic(a);
  const Basic y = basic(b);
  if (x == y && x != Basic::kOther && x != Basic::kInvalid) return equal_basic(a, b, x);
  if ((x == Basic::kInt && y == Basic::kUint) || (x == Basic::kUint && y == Basic::kInt)) return mixed_equal(a, b);
  if (x == Basic::kInvalid || y == Basic::kInvalid || x == y) return equal_other(context, a, b);
  return incompatible(a, b);
}

Returned eq(Context& context, Args args) {
  if (args.size() < 2) return bad("missing argument for comparison");
  const Value& first = args[0];
  for (const Value& other : args.subspan(1)) {
    TRY(const bool found, equal(context, first, other));
    if (found) return yes(true);
  }
  return yes(false);
}

Result<bool> less(const Value& a, const Value& b) {
  const Basic x = basic(a);
  const Basic y = basic(b);
  if (x == Basic::kInt && y == Basic::kUint)
    return a.integer() < 0 || static_cast<std::uint64_t>(a.integer()) < b.unsigned_integer();
  if (x == Basic::kUint && y == Basic::kInt)
    return b.integer() >= 0 && a.unsigned_integer() < static_cast<std::uint64_t>(b.integer());
  if (x == Basic::kInvalid || y == Basic::kInvalid || x == Basic::kOther || y == Basic::kOther)
    return bad("invalid type for comparison");
  if (x != y) return incompatible(a, b);
  switch (x) {
    case Basic::kInt:
      return a.integer() < b.integer();
    case Basic::kUint:
      return a.unsigned_integer() < b.unsigned_integer();
    case Basic::kFloat:
      return a.real() < b.real();
    case Basic::kString:
      return a.text() < b.text();
    default:
      return bad("invalid type for comparison");
  }
}

Result<bool> less_or_equal(Context& context, const Value& a, const Value& b) {
  TRY(const bool below, less(a, b));
  if (below) return true;
  return equal(context, a, b);
}

Result<std::size_t> position(const Value& index, std::size_t size) {
  std::int64_t i = 0;
  if (index.is_signed())
    i = index.integer();
  else if (index.is_unsigned())
    i = static_cast<std::int64_t>(std::min<std::uint64_t>(index.unsigned_integer(), INT64_MAX));
  else if (index.is_nil())
    return bad("cannot index slice/array with nil");
  else
    return bad(fmt::format("cannot index slice/array with type {}", type_name(index.type())));
  if (i < 0 || static_cast<std::uint64_t>(i) >= size) return bad("index out of range");
  return static_cast<std::size_t>(i);
}

Returned index_one(const Value& item, const Value& key) {
  if (item.is_nil()) return bad("index of nil pointer");
  if (item.is_text()) {
    TRY(const std::size_t i, position(key, item.text().size()));
    return Value::integer(static_cast<unsigned char>(item.text()[i]), Type::kUint8);
  }
  if (item.is_list()) {
    TRY(const std::size_t i, position(key, item.size()));
    return item.at(i);
  }
  if (!item.is_map()) return bad(fmt::format("can't index item of type {}", type_name(item.type())));
  if (key.is_nil()) return bad("value is nil; should be of type string");
  if (!key.is_text()) return bad(fmt::format("value has type {}; should be string", type_name(key.type())));
  if (!item.is_nil_container()) {
    const auto found = item.members().find(key.text());
    if (found != item.members().end()) return found->second;
  }
  return item.is(Type::kStringMap) ? Value::text("") : Value();
}

Returned index(Context&, Args args) {
  if (args[0].is_nil()) return bad("index of untyped nil");
  Value item = args[0];
  for (const Value& key : args.subspan(1)) {
    TRY(item, index_one(item, key));
  }
  return item;
}

Returned length(Context&, Args args) {
  const Value& v = args[0];
  if (v.is_nil()) return bad("len of nil pointer");
  if (v.is_text()) return Value::integer(static_cast<std::int64_t>(v.text().size()));
  if (v.is_list() || v.is_map()) return Value::integer(static_cast<std::int64_t>(v.size()));
  return bad(fmt::format("len of type {}", type_name(v.type())));
}

Returned print(Context&, Args args) {
  std::string out;
  TRY_VOID(print_all(out, args));
  return text(std::move(out));
}

Returned println(Context&, Args args) {
  std::string out;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (i > 0) out += ' ';
    TRY_VOID(print_value(out, args[i]));
  }
  return text(out += '\n');
}

Returned printf(Context&, Args args) {
  std::string out;
  TRY_VOID(print_format(out, args[0].text(), args.subspan(1)));
  return text(std::move(out));
}

Result<std::string> joined(Args args) {
  if (args.size() == 1 && args[0].is_text()) return args[0].text();
  for (Value& v : args) {
    if (v.is_nil()) v = Value::text("<no value>");
  }
  std::string out;
  TRY_VOID(print_all(out, args));
  return out;
}

Returned html(Context&, Args args) {
  TRY(const std::string in, joined(args));
  std::string out;
  for (const char c : in) {
    switch (c) {
      case '\0':
        out += "\uFFFD";
        break;
      case '"':
        out += "&#34;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return text(std::move(out));
}

void append_js(std::string& out, std::string_view at, Rune r) {
  switch (r.value) {
    case '\\':
      out += "\\\\";
      return;
    case '\'':
      out += "\\'";
      return;
    case '"':
      out += "\\\"";
      return;
    case '<':
    case '>':
    case '&':
    case '=':
      out += fmt::format("\\u{:04X}", static_cast<std::uint32_t>(r.value));
      return;
    default:
      break;
  }
  if (r.value < ' ')
    out += fmt::format("\\u{:04X}", static_cast<std::uint32_t>(r.value));
  else if (r.value < 0x80 || is_printable(r.value))
    out += at.substr(0, static_cast<std::size_t>(r.width));
  else
    out += fmt::format("\\u{:04X}", static_cast<std::uint32_t>(r.value));
}

Returned js(Context&, Args args) {
  TRY(const std::string in, joined(args));
  std::string out;
  std::string_view rest = in;
  while (!rest.empty()) {
    const Rune r = decode_rune(rest);
    append_js(out, rest, r);
    rest.remove_prefix(static_cast<std::size_t>(r.width));
  }
  return text(std::move(out));
}

Returned urlquery(Context&, Args args) {
  TRY(const std::string in, joined(args));
  std::string out;
  for (const char c : in) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_.~").find(c) != std::string_view::npos;
    if (plain)
      out += c;
    else if (c == ' ')
      out += '+';
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return text(std::move(out));
}

Returned call(Context&, Args args) {
  if (args[0].is_nil()) return bad("call of nil");
  return bad(fmt::format("non-function of type {}", type_name(args[0].type())));
}

constexpr Function kBuiltinsTable[] = {
    {"and", "aa*", [](Context&, Args a) -> Returned { return a.back(); }, Cost::kLooks, true},
    {"or", "aa*", [](Context&, Args a) -> Returned { return a.back(); }, Cost::kLooks, true},
    {"not", "a", [](Context&, Args a) -> Returned { return yes(!truth(a[0])); }, Cost::kLooks},
    {"eq", "aa*", eq},
    {"ne", "aa",
     [](Context& c, Args a) -> Returned {
       TRY(const bool e, equal(c, a[0], a[1]));
       return yes(!e);
     }},
    {"lt", "aa",
     [](Context&, Args a) -> Returned {
       TRY(const bool l, less(a[0], a[1]));
       return yes(l);
     }},
    {"le", "aa",
     [](Context& c, Args a) -> Returned {
       TRY(const bool l, less_or_equal(c, a[0], a[1]));
       return yes(l);
     }},
    {"gt", "aa",
     [](Context& c, Args a) -> Returned {
       TRY(const bool l, less_or_equal(c, a[0], a[1]));
       return yes(!l);
     }},
    {"ge", "aa",
     [](Context&, Args a) -> Returned {
       TRY(const bool l, less(a[0], a[1]));
       return yes(!l);
     }},
    {"index", "aa*", index, Cost::kLooks},
    {"slice", "aa*", [](Context&, Args a) -> Returned { return a[0]; }},
    {"len", "a", length, Cost::kLooks},
    {"print", "a*", print},
    {"println", "a*", println},
    {"printf", "sa*", printf},
    {"html", "a*", html},
    {"js", "a*", js},
    {"urlquery", "a*", urlquery},
    {"call", "aa*", call},
};

}  // namespace

Table builtin_functions() { return kBuiltinsTable; }

Result<bool> same(Context& context, const Value& a, const Value& b) {
  const std::int64_t most = context.steps_left();
  std::int64_t left = most;
  const bool equal_values = deep_equal(a, b, left);
  if (left == INT64_MIN) return over_budget(kMaxValueDepth, "levels of lists and maps");
  TRY_VOID(context.spend_steps(most - left));
  return equal_values;
}

}  // namespace rotor::tmpl
