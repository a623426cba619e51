// Numbers: casts, integer arithmetic that wraps, exact decimal arithmetic, rounding.
#include <algorithm>
#include <cmath>

#include "template/functions/decimal.hpp"
#include "template/functions/helpers.hpp"
#include "template/go/number.hpp"

namespace rotor::tmpl {

namespace {

std::int64_t truncate(double v) {
  if (!(v >= -9223372036854775808.0 && v < 9223372036854775808.0)) return INT64_MIN;
  return static_cast<std::int64_t>(v);
}

// "3.9" counts as "3": the fraction of a plain decimal is cut before the number is read.
std::string_view without_fraction(std::string_view s) {
  const auto point = s.find('.');
  if (point == std::string_view::npos) return s;
  std::string_view whole = s.substr(0, point);
  if (!whole.empty() && (whole[0] == '-' || whole[0] == '+')) whole.remove_prefix(1);
  const auto digits = [](std::string_view t) { return t.find_first_not_of("0123456789") == std::string_view::npos; };
  if (!digits(whole) || !digits(s.substr(point + 1))) return s;
  return whole.empty() ? "0" : s.substr(0, point);
}

using Wrap = std::uint64_t;
std::int64_t wrap(Wrap v) { return static_cast<std::int64_t>(v); }
Returned int64(std::int64_t v) { return Value::integer(v, Type::kInt64); }

Returned add(Context&, Args a) {
  Wrap sum = 0;
  for (const Value& v : a) sum += static_cast<Wrap>(cast_int(v));
  return int64(wrap(sum));
}

Returned mul(Context&, Args a) {
  Wrap product = 1;
  for (const Value& v : a) product *= static_cast<Wrap>(cast_int(v));
  return int64(wrap(product));
}

Returned divide(Args a, bool remainder) {
  const std::int64_t x = cast_int(a[0]);
  const std::int64_t y = cast_int(a[1]);
  if (y == 0) return bad("runtime error: integer divide by zero");
  if (y == -1) return int64(remainder ? 0 : wrap(0 - static_cast<Wrap>(x)));
  return int64(remainder ? x % y : x / y);
}

Returned extreme(Args a, bool largest) {
  std::int64_t best = cast_int(a[0]);
  for (const Value& v : a) best = largest ? std::max(best, cast_int(v)) : std::min(best, cast_int(v));
  return int64(best);
}

double extreme_real(double x, double y, bool largest) {
  if (std::isinf(x) && (x > 0) == largest) return x;
  if (std::isinf(y) && (y > 0) == largest) return y;
  if (std::isnan(x) || std::isnan(y)) return std::nan("");
  if (x == 0 && x == y) return std::signbit(x) == largest ? y : x;
  return largest ? std::max(x, y) : std::min(x, y);
}

Returned extreme_real_of(Args a, bool largest) {
  double best = cast_float(a[0]);
  for (const Value& v : a.subspan(1)) best = extreme_real(best, cast_float(v), largest);
  return Value::real(best);
}

constexpr int kMaxDigits = 10'000;

enum class Operation : std::uint8_t { kAdd, kSub, kMul, kDiv };

Returned exact(double start, std::span<const Value> operands, Operation operation) {
  auto result = Decimal::of(start);
  if (!result) return bad("Cannot create a Decimal from Inf or NaN");
  for (const Value& v : operands) {
    const auto operand = Decimal::of(cast_float(v));
    if (!operand) return bad("Cannot create a Decimal from Inf or NaN");
    switch (operation) {
      case Operation::kAdd:
        result = result->plus(*operand);
        break;
      case Operation::kSub:
        result = result->plus(*operand, true);
        break;
      case Operation::kMul:
        result = result->times(*operand);
        break;
      case Operation::kDiv:
        result = result->over(*operand);
        break;
    }
    if (!result) return bad("decimal division by 0");
    if (result->digits() > kMaxDigits) return over_budget(kMaxDigits, "digits of one number");
  }
  return Value::real(result->to_double());
}

Returned round(Context&, Args a) {
  const double on = a.size() > 2 ? a[2].real() : 0.5;
  const double power = std::pow(10.0, static_cast<double>(a[1].integer()));
  const double scaled = power * cast_float(a[0]);
  double whole = 0;
  const double fraction = std::modf(scaled, &whole);
  return Value::real((fraction >= on ? std::ceil(scaled) : std::floor(scaled)) / power);
}

Returned rand_int(Context& c, Args a) {
  const std::int64_t low = a[0].integer();
  const std::int64_t high = a[1].integer();
  if (high <= low) return bad("invalid argument to Intn");
  return Value::integer(
      wrap(static_cast<Wrap>(low) + c.random_below(static_cast<Wrap>(high) - static_cast<Wrap>(low))));
}

Returned atoi(Context&, Args a) {
  const ParsedInt n = parse_int(str(a, 0), 10);
  if (n.value) return Value::integer(*n.value);
  if (n.error != NumberError::kRange) return Value::integer(0);
  return Value::integer(str(a, 0)[0] == '-' ? INT64_MIN : INT64_MAX);
}

constexpr Function kNumbersTable[] = {
    {"atoi", "s", atoi},
    {"int", "a", [](Context&, Args a) -> Returned { return Value::integer(cast_int(a[0])); }},
    {"int64", "a", [](Context&, Args a) -> Returned { return int64(cast_int(a[0])); }},
    {"float64", "a", [](Context&, Args a) -> Returned { return Value::real(cast_float(a[0])); }},
    {"toDecimal", "a",
     [](Context&, Args a) -> Returned {
       TRY(const std::string digits, to_text(a[0]));
       return int64(parse_int(digits, 8).value.value_or(0));
     }},
    {"add", "a*", add},
    {"add1", "a", [](Context&, Args a) -> Returned { return int64(wrap(static_cast<Wrap>(cast_int(a[0])) + 1)); }},
    {"sub", "aa",
     [](Context&, Args a) -> Returned {
       return int64(wrap(static_cast<Wrap>(cast_int(a[0])) - static_cast<Wrap>(cast_int(a[1]))));
     }},
    {"mul", "aa*", mul},
    {"div", "aa", [](Context&, Args a) -> Returned { return divide(a, false); }},
    {"mod", "aa", [](Context&, Args a) -> Returned { return divide(a, true); }},
    {"max", "aa*", [](Context&, Args a) -> Returned { return extreme(a, true); }},
    {"biggest", "aa*", [](Context&, Args a) -> Returned { return extreme(a, true); }},
    {"min", "aa*", [](Context&, Args a) -> Returned { return extreme(a, false); }},
    {"maxf", "aa*", [](Context&, Args a) -> Returned { return extreme_real_of(a, true); }},
    {"minf", "aa*", [](Context&, Args a) -> Returned { return extreme_real_of(a, false); }},
    {"addf", "a*", [](Context&, Args a) -> Returned { return exact(0, a, Operation::kAdd); }},
    {"add1f", "a", [](Context&, Args a) -> Returned { return exact(1, a, Operation::kAdd); }},
    {"subf", "aa*",
     [](Context&, Args a) -> Returned { return exact(cast_float(a[0]), a.subspan(1), Operation::kSub); }},
    {"mulf", "aa*",
     [](Context&, Args a) -> Returned { return exact(cast_float(a[0]), a.subspan(1), Operation::kMul); }},
    {"divf", "aa*",
     [](Context&, Args a) -> Returned { return exact(cast_float(a[0]), a.subspan(1), Operation::kDiv); }},
    {"ceil", "a", [](Context&, Args a) -> Returned { return Value::real(std::ceil(cast_float(a[0]))); }},
    {"floor", "a", [](Context&, Args a) -> Returned { return Value::real(std::floor(cast_float(a[0]))); }},
    {"round", "aif*", round},
    {"randInt", "ii", rand_int},
};

}  // namespace

Table number_functions() { return kNumbersTable; }

std::int64_t cast_int(const Value& v) {
  if (v.is_signed()) return v.integer();
  if (v.is_unsigned()) return wrap(v.unsigned_integer());
  switch (v.type()) {
    case Type::kBool:
      return v.boolean() ? 1 : 0;
    case Type::kFloat64:
      return truncate(v.real());
    case Type::kString:
      return parse_int(without_fraction(v.text()), 0).value.value_or(0);
    default:
      return 0;
  }
}

double cast_float(const Value& v) {
  if (v.is_signed()) return static_cast<double>(v.integer());
  if (v.is_unsigned()) return static_cast<double>(v.unsigned_integer());
  switch (v.type()) {
    case Type::kBool:
      return v.boolean() ? 1 : 0;
    case Type::kFloat64:
      return v.real();
    case Type::kString:
      return parse_float(v.text()).value.value_or(0);
    default:
      return 0;
  }
}

}  // namespace rotor::tmpl
