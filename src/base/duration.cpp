#include "base/duration.hpp"

#include <cstdint>
#include <limits>

#include <fmt/format.h>

#include "base/quote.hpp"

namespace rotor {
namespace {

constexpr std::uint64_t kLimit = std::uint64_t{1} << 63U;  // |int64 min|

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::uint64_t unit_size(std::string_view unit) {
  if (unit == "ns") return 1;
  if (unit == "us" || unit == "\u00b5s" || unit == "\u03bcs") return 1'000;
  if (unit == "ms") return 1'000'000;
  if (unit == "s") return 1'000'000'000;
  if (unit == "m") return 60ULL * 1'000'000'000;
  if (unit == "h") return 3600ULL * 1'000'000'000;
  return 0;
}

class DurationParser {
 public:
  explicit DurationParser(std::string_view text) : whole_(text), rest_(text) {}

  Result<Duration> parse() {
    bool negative = false;
    if (!rest_.empty() && (rest_[0] == '-' || rest_[0] == '+')) {
      negative = rest_[0] == '-';
      rest_.remove_prefix(1);
    }
    if (rest_ == "0") return Duration::zero();
    if (rest_.empty()) return invalid();
    std::uint64_t total = 0;
    while (!rest_.empty()) {
      TRY(const std::uint64_t part, this->part());
      total += part;
      if (total > kLimit) return invalid();
    }
    if (negative)
      return Duration(total == kLimit ? std::numeric_limits<std::int64_t>::min() : -static_cast<std::int64_t>(total));
    if (total == kLimit) return invalid();
    return Duration(static_cast<std::int64_t>(total));
  }

 private:
  std::unexpected<Error> invalid() const { return fail(Code::kInvalid, "time: invalid duration " + go_quote(whole_)); }

  // False on overflow.
  bool digits(std::uint64_t& value) {
    while (!rest_.empty() && is_digit(rest_[0])) {
      if (value > kLimit / 10) return false;
      value = value * 10 + static_cast<std::uint64_t>(rest_[0] - '0');
      if (value > kLimit) return false;
      rest_.remove_prefix(1);
    }
    return true;
  }

  // Digits past what a double's scale can hold are cut, as in Go.
  void fraction(std::uint64_t& value, double& scale) {
    bool overflow = false;
    for (; !rest_.empty() && is_digit(rest_[0]); rest_.remove_prefix(1)) {
      if (overflow) continue;
      if (value > (kLimit - 1) / 10) {
        overflow = true;
        continue;
      }
      const std::uint64_t next = value * 10 + static_cast<std::uint64_t>(rest_[0] - '0');
      if (next > kLimit) {
        overflow = true;
        continue;
      }
      value = next;
      scale *= 10;
    }
  }

  Result<std::uint64_t> part() {
    if (rest_[0] != '.' && !is_digit(rest_[0])) return invalid();
    std::uint64_t value = 0;
    const std::size_t before = rest_.size();
    if (!digits(value)) return invalid();
    bool any = rest_.size() != before;
    std::uint64_t below = 0;
    double scale = 1;
    if (rest_.starts_with('.')) {
      rest_.remove_prefix(1);
      const std::size_t from = rest_.size();
      fraction(below, scale);
      any = any || rest_.size() != from;
    }
    if (!any) return invalid();
    return times_unit(value, below, scale);
  }

  Result<std::uint64_t> times_unit(std::uint64_t value, std::uint64_t below, double scale) {
    std::size_t end = 0;
    while (end < rest_.size() && rest_[end] != '.' && !is_digit(rest_[end])) ++end;
    if (end == 0) return fail(Code::kInvalid, "time: missing unit in duration " + go_quote(whole_));
    const std::string_view name = rest_.substr(0, end);
    const std::uint64_t unit = unit_size(name);
    if (unit == 0) {
      return fail(Code::kInvalid,
                  fmt::format("time: unknown unit {} in duration {}", go_quote(name), go_quote(whole_)));
    }
    rest_.remove_prefix(end);
    if (value > kLimit / unit) return invalid();
    value *= unit;
    if (below > 0) {
      value += static_cast<std::uint64_t>(static_cast<double>(below) * (static_cast<double>(unit) / scale));
      if (value > kLimit) return invalid();
    }
    return value;
  }

  std::string_view whole_;
  std::string_view rest_;
};

// `whole` and up to nine digits behind the point, trailing zeros dropped.
std::string decimal(std::uint64_t value, std::uint64_t unit) {
  std::string out = std::to_string(value / unit);
  std::uint64_t rest = value % unit;
  if (rest == 0) return out;
  out += '.';
  while (rest != 0) {
    unit /= 10;
    out += static_cast<char>('0' + rest / unit);
    rest %= unit;
  }
  return out;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) { return DurationParser(text).parse(); }

std::string format_duration(Duration d) {
  const std::int64_t count = d.count();
  if (count == 0) return "0s";
  const std::string sign = count < 0 ? "-" : "";
  const std::uint64_t n = count < 0 ? ~static_cast<std::uint64_t>(count) + 1 : static_cast<std::uint64_t>(count);
  if (n < 1'000) return sign + std::to_string(n) + "ns";
  if (n < 1'000'000) return sign + decimal(n, 1'000) + "\u00b5s";
  if (n < 1'000'000'000) return sign + decimal(n, 1'000'000) + "ms";
  constexpr std::uint64_t kMinute = 60ULL * 1'000'000'000;
  std::string out = decimal(n % kMinute, 1'000'000'000) + "s";
  const std::uint64_t minutes = n / kMinute;
  if (minutes > 0) out = std::to_string(minutes % 60) + "m" + out;
  if (minutes >= 60) out = std::to_string(minutes / 60) + "h" + out;
  return sign + out;
}

}  // namespace rotor
