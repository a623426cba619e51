#include "apiserver/schema/quantity.hpp"

#include <charconv>
#include <cstdint>

#include <fmt/format.h>

namespace rotor::apiserver::schema {

namespace {

__extension__ typedef __int128 Millis;  // thousandths: the API server rounds resources up to them

constexpr Millis kUnit = 1000;
constexpr Millis kLimit = static_cast<Millis>(INT64_MAX) * kUnit;

enum class Notation : std::uint8_t { kDecimal, kBinary, kExponent };  // an exponent stays as it was written

struct Suffix {
  Notation notation = Notation::kDecimal;
  int base = 10;
  int exponent = 0;
};

constexpr std::string_view kDecimal[] = {"n", "u", "m", "", "k", "M", "G", "T", "P", "E"};
constexpr std::string_view kBinary[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

std::optional<Suffix> parse_suffix(std::string_view text) {
  for (int i = 0; i < static_cast<int>(std::size(kDecimal)); ++i) {
    if (kDecimal[i] == text) return Suffix{Notation::kDecimal, 10, (i - 3) * 3};
  }
  for (int i = 1; i < static_cast<int>(std::size(kBinary)); ++i) {
    if (kBinary[i] == text) return Suffix{Notation::kBinary, 2, i * 10};
  }
  if (text.size() < 2 || (text[0] != 'e' && text[0] != 'E')) return std::nullopt;
  text.remove_prefix(text[1] == '+' ? 2 : 1);
  int exponent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (error != std::errc() || end != text.data() + text.size() || exponent > 18 || exponent < -30) return std::nullopt;
  return Suffix{Notation::kExponent, 10, exponent};
}

std::optional<Millis> scaled(std::string_view digits, int exponent10, int exponent2) {
  Millis value = 0;
  bool lost = false;
  for (const char c : digits) {
    if (value > kLimit) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  int exponent = exponent10 + 3;
  for (; exponent > 0; --exponent) {
    if (value > kLimit) return std::nullopt;
    value *= 10;
  }
  // Binary multiples before decimal fractions, so that "0.5Ki" loses nothing.
  for (; exponent2 > 0; --exponent2) {
    if (value > kLimit * 1024) return std::nullopt;
    value *= 2;
  }
  for (; exponent < 0; ++exponent) {
    lost = lost || value % 10 != 0;
    value /= 10;
  }
  if (lost) ++value;
  return value > kLimit ? std::nullopt : std::optional(value);
}

std::string decimal(Millis value) {
  int exponent = -3;
  while (value != 0 && value % 1000 == 0 && exponent < 18) {
    value /= 1000;
    exponent += 3;
  }
  const auto mantissa = static_cast<std::int64_t>(value);
  return fmt::format("{}{}", mantissa, kDecimal[exponent / 3 + 3]);
}

std::string binary(Millis value) {
  // Below a whole kibibyte, or with a fraction, the decimal form is the exact one.
  if (value % kUnit != 0 || value < 1024 * kUnit) return decimal(value);
  auto mantissa = static_cast<std::int64_t>(value / kUnit);
  int i = 0;
  for (; mantissa % 1024 == 0 && i + 1 < static_cast<int>(std::size(kBinary)); ++i) mantissa /= 1024;
  return fmt::format("{}{}", mantissa, kBinary[i]);
}

// A quantity as it is written.
struct Written {
  bool negative = false;
  bool verbatim = false;  // shown as it is, and in no other form
  Notation notation = Notation::kDecimal;
  std::string digits;
  int exponent10 = 0, exponent2 = 0;

  std::optional<Millis> value() const { return scaled(digits, exponent10, exponent2); }
};

std::optional<Written> read(std::string_view text) {
  std::string_view rest = text;
  Written out;
  out.negative = rest.starts_with('-');
  if (out.negative || rest.starts_with('+')) rest.remove_prefix(1);
  const auto end = std::min(rest.find_first_not_of("0123456789."), rest.size());
  const std::string_view number = rest.substr(0, end);
  const auto dot = number.find('.');
  if (number.empty() || number == "." ||
      (dot != std::string_view::npos && number.find('.', dot + 1) != std::string_view::npos))
    return std::nullopt;
  const auto suffix = parse_suffix(rest.substr(end));
  if (!suffix) return std::nullopt;
  out.notation = suffix->notation;
  out.verbatim = suffix->notation == Notation::kExponent || text.starts_with('+') || number.ends_with('.');
  out.digits = number.substr(0, dot);
  (suffix->base == 10 ? out.exponent10 : out.exponent2) = suffix->exponent;
  if (dot != std::string_view::npos) {
    const std::string_view fraction = number.substr(dot + 1);
    out.digits += fraction;
    out.exponent10 -= static_cast<int>(fraction.size());
  }
  return out;
}

std::optional<Millis> millis_of(std::string_view text) {
  const auto written = read(text);
  const auto value = written ? written->value() : std::nullopt;
  if (!value) return std::nullopt;
  return written->negative ? -*value : *value;
}

}  // namespace

std::optional<std::string> canonical_quantity(std::string_view text) {
  const auto written = read(text);
  if (!written) return std::nullopt;
  if (written->verbatim) return std::string(text);
  const auto value = written->value();
  if (!value) return std::nullopt;
  if (*value == 0) return "0";
  const std::string out = written->notation == Notation::kBinary ? binary(*value) : decimal(*value);
  return written->negative ? "-" + out : out;
}

std::partial_ordering compare_quantities(std::string_view a, std::string_view b) {
  const auto one = millis_of(a), other = millis_of(b);
  if (!one || !other) return std::partial_ordering::unordered;
  return *one < *other   ? std::partial_ordering::less
         : *one > *other ? std::partial_ordering::greater
                         : std::partial_ordering::equivalent;
}

bool is_whole_quantity(std::string_view text) {
  const auto value = millis_of(text);
  return value && *value % kUnit == 0;
}

}  // namespace rotor::apiserver::schema
