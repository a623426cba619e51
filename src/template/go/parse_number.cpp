#include "template/go/parse_number.hpp"

#include <cmath>

#include <fmt/format.h>

#include "template/go/number.hpp"
#include "template/go/quote.hpp"

namespace rotor::tmpl {

namespace {

bool fits_int64(double v) { return v >= -9223372036854775808.0 && v < 9223372036854775808.0; }

void set_integral(Number& n, double v) {
  if (!n.is_int && fits_int64(v) && std::trunc(v) == v) {
    n.is_int = true;
    n.integer = static_cast<std::int64_t>(v);
  }
  if (!n.is_uint && v >= 0 && v < 18446744073709551616.0 && std::trunc(v) == v) {
    n.is_uint = true;
    n.unsigned_integer = static_cast<std::uint64_t>(v);
  }
}

void set_complex(Number& n, std::complex<double> v) {
  n.is_complex = true;
  n.complex = v;
  if (v.imag() != 0) return;
  n.is_float = true;
  n.real = v.real();
  set_integral(n, v.real());
}

Result<Number> parse_complex(std::string_view text) {
  // The lexer made sure of `NUMBER SIGN NUMBER i`; an exponent's sign is no split.
  std::size_t split = text.size();
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    const char before = static_cast<char>(text[i - 1] | 0x20);
    if ((text[i] == '+' || text[i] == '-') && before != 'e' && before != 'p') split = i;
  }
  const auto re = parse_float(text.substr(0, split));
  const auto im = split < text.size() ? parse_float(text.substr(split, text.size() - split - 1)) : ParsedFloat{};
  if (!re.value || !im.value) return fail(Code::kInvalid, "illegal number syntax: " + quote(text));
  Number n;
  set_complex(n, {*re.value, *im.value});
  return n;
}

Result<Number> parse_char(std::string_view text) {
  const CharConstant c = unquote_char(text);
  if (c.malformed) return fail(Code::kInvalid, "malformed character constant: " + std::string(text));
  if (!c.value) return fail(Code::kInvalid, "invalid syntax");
  Number n;
  n.is_int = n.is_uint = n.is_float = true;
  n.integer = static_cast<std::int64_t>(*c.value);
  n.unsigned_integer = *c.value;
  n.real = static_cast<double>(*c.value);
  return n;
}

}  // namespace

Result<Number> parse_number(std::string_view text, TokenKind kind) {
  if (kind == TokenKind::kCharConstant) return parse_char(text);
  if (kind == TokenKind::kComplex) return parse_complex(text);
  Number n;
  if (text.ends_with('i')) {
    if (const auto f = parse_float(text.substr(0, text.size() - 1)); f.value) {
      set_complex(n, {0, *f.value});
      return n;
    }
  }
  if (const auto u = parse_uint(text, 0); u.value) {
    n.is_uint = true;
    n.unsigned_integer = *u.value;
  }
  if (const auto i = parse_int(text, 0); i.value) {
    n.is_int = true;
    n.integer = *i.value;
    if (*i.value == 0) n.is_uint = true;
  }
  if (n.is_int || n.is_uint) {
    n.is_float = true;
    n.real = n.is_int ? static_cast<double>(n.integer) : static_cast<double>(n.unsigned_integer);
    return n;
  }
  if (const auto f = parse_float(text); f.value) {
    if (text.find_first_of(".eEpP") == std::string_view::npos) {
      return fail(Code::kInvalid, "integer overflow: " + quote(text));
    }
    n.is_float = true;
    n.real = *f.value;
    set_integral(n, *f.value);
    return n;
  }
  return fail(Code::kInvalid, "illegal number syntax: " + quote(text));
}

Result<Value> default_value(const Number& n, std::string_view text) {
  const bool hex_int = text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') &&
                       text.find_first_of("pP") == std::string_view::npos;
  if (n.is_complex) return Value::complex(n.complex);
  if (n.is_float && !hex_int && text[0] != '\'' && text.find_first_of(".eEpP") != std::string_view::npos) {
    return Value::real(n.real);
  }
  if (n.is_int) return Value::integer(n.integer);
  return fail(Code::kInvalid, fmt::format("{} overflows int", text));
}

}  // namespace rotor::tmpl
