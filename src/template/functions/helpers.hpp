// Short words for function tables.
#pragma once

#include <string>
#include <string_view>

#include "template/functions/registry.hpp"
#include "template/go/format.hpp"

namespace rotor::tmpl {

inline std::unexpected<Error> bad(std::string message) { return rotor::fail(Code::kInvalid, std::move(message)); }
inline Returned text(std::string_view s) { return Value::text(std::string(s)); }
inline Returned text(const char* s) { return Value::text(s); }
inline Returned text(std::string&& s) { return Value::text(std::move(s)); }
inline Returned yes(bool v) { return Value::boolean(v); }
inline const std::string& str(const Args& args, std::size_t i) { return args[i].text(); }

inline constexpr std::int64_t kSecond = 1'000'000'000;  // nanoseconds

// -1: it is none.
inline int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = static_cast<char>(c | 0x20);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

// sprig's strval: strings as they are, the rest as `%v`; nil is `<nil>`.
inline Result<std::string> strval(const Value& v) { return to_text(v); }

// Where `what` begins in `s`, in linear time whatever they hold.
std::size_t find_text(std::string_view s, std::string_view what);

// Deep equality at the expense of the render's step budget.
Result<bool> same(Context& context, const Value& a, const Value& b);

// sprig's strslice; charged as it grows.
Result<std::vector<std::string>> string_list(Context& context, const Value& v);

// spf13/cast: what `int`, `int64`, `float64` and the arithmetic functions make of anything.
std::int64_t cast_int(const Value& v);
double cast_float(const Value& v);

}  // namespace rotor::tmpl
