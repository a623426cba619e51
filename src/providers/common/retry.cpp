#include "providers/common/retry.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string>

#include "base/hash.hpp"

namespace rotor::providers {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kFirstPause{200};
constexpr milliseconds kLongestPause = seconds(20);
constexpr milliseconds kLongestWish = std::chrono::hours(24);  // what a server may ask for
constexpr int kMostAttempts = 20;

double random_fraction() {
  const std::string bytes = random_bytes(4);
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return static_cast<double>(value) / 4294967296.0;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::optional<milliseconds> sensible(std::optional<milliseconds> wish) {
  return wish && *wish >= milliseconds(0) && *wish <= kLongestWish ? wish : std::nullopt;
}

}  // namespace

Result<RetryPolicy> retry_policy(const Store& store) {
  RetryPolicy policy;
  if (store.max_retries) policy.attempts = std::clamp(*store.max_retries, 1, kMostAttempts);
  if (store.retry_interval && !store.retry_interval->empty()) {
    TRY(const Duration interval, parse_duration(*store.retry_interval));
    policy.interval = interval;
  }
  return policy;
}

milliseconds pause_after(const RetryPolicy& policy, int tried) {
  if (policy.interval) return std::chrono::duration_cast<milliseconds>(*policy.interval * (policy.growing ? tried : 1));
  const milliseconds most = std::min(kLongestPause, kFirstPause * (1 << std::clamp(tried - 1, 0, 10)));
  return milliseconds(static_cast<std::int64_t>(random_fraction() * static_cast<double>(most.count())));
}

std::optional<milliseconds> retry_after(const net::Headers& headers, WallTime now) {
  if (const std::string* text = net::find_header(headers, "x-amz-retry-after")) {
    if (const auto value = whole_number(*text)) return sensible(milliseconds(*value));
  }
  const std::string* text = net::find_header(headers, "Retry-After");
  if (text == nullptr) return std::nullopt;
  if (const auto value = whole_number(*text)) {
    return *value > 86'400 ? std::nullopt : sensible(seconds(*value));
  }
  const auto date = parse_http_date(*text);
  if (!date) return std::nullopt;
  return sensible(std::max(milliseconds(0), std::chrono::ceil<milliseconds>(*date - now)));
}

bool is_transient(const Error& error) {
  return error.code == Code::kThrottled || error.code == Code::kUnavailable || error.code == Code::kTimeout;
}

std::optional<WallTime> parse_http_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t size) {
    int value = -1;
    const char* end = text.data() + at + size;
    const auto [stop, error] = std::from_chars(text.data() + at, end, value);
    return error == std::errc() && stop == end ? value : -1;
  };
  const auto month = std::ranges::find(kMonths, text.substr(8, 3));
  const int day = number(5, 2);
  const int year = number(12, 4);
  const int hour = number(17, 2);
  const int minute = number(20, 2);
  const int second = number(23, 2);
  if (month == kMonths.end() || day < 1 || year < 1970 || hour < 0 || minute < 0 || second < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) + seconds(second);
}

}  // namespace rotor::providers
