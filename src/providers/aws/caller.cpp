#include "providers/aws/caller.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/hash.hpp"

namespace rotor::providers::aws {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kAttemptLimit = seconds(30);
constexpr milliseconds kCallLimit = seconds(60);
constexpr milliseconds kFirstBackoff{200};
constexpr milliseconds kMaxBackoff = seconds(20);
constexpr seconds kTolerableSkew{30};
constexpr std::size_t kMaxOffsets = 256;  // endpoints: a manifest may name any
constexpr int kMaxAttempts = 20;

double random_fraction() {
  const std::string bytes = random_bytes(4);
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return static_cast<double>(value) / 4294967296.0;
}

milliseconds backoff(const RetryPolicy& policy, int attempt) {
  if (policy.interval) return std::chrono::duration_cast<milliseconds>(*policy.interval);
  const milliseconds limit = std::min(kMaxBackoff, kFirstBackoff * (1 << std::min(attempt, 10)));
  return milliseconds(static_cast<std::int64_t>(random_fraction() * static_cast<double>(limit.count())));
}

std::optional<milliseconds> retry_after(const net::Headers& headers) {
  const std::string* text = net::find_header(headers, "Retry-After");
  if (text == nullptr) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || value < 0 || value > 86400) return std::nullopt;
  return seconds(value);
}

bool worth_retrying(const Error& error) {
  return error.code == Code::kThrottled || error.code == Code::kUnavailable || error.code == Code::kTimeout;
}

}  // namespace

Result<RetryPolicy> retry_policy(const Store& store) {
  RetryPolicy policy;
  if (store.max_retries) policy.attempts = std::clamp(*store.max_retries, 1, kMaxAttempts);
  if (store.retry_interval && !store.retry_interval->empty()) {
    Result<Duration> interval = parse_duration(*store.retry_interval);
    if (!interval) return std::unexpected(std::move(interval).error().prefixed("unable to initialize aws provider"));
    policy.interval = *interval;
  }
  return policy;
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

// True when the service's clock is far from ours: worth another try with its time.
bool Caller::learn_clock(const std::string& url, const net::Headers& headers) {
  const std::string* date = net::find_header(headers, "Date");
  const std::optional<WallTime> theirs = date != nullptr ? parse_http_date(*date) : std::nullopt;
  if (!theirs) return false;
  const auto offset = std::chrono::round<seconds>(*theirs - clock_.now());
  if (clock_offsets_.size() >= kMaxOffsets && !clock_offsets_.contains(url)) clock_offsets_.clear();
  if (std::chrono::abs(offset - clock_offsets_[url]) < kTolerableSkew) return false;
  clock_offsets_[url] = offset;
  return true;
}

Task<Result<net::Response>> Caller::attempt(const Operation& operation, const Credentials* credentials,
                                            milliseconds left) {
  net::Request request{
      .method = "POST", .url = operation.endpoint.url + "/", .headers = operation.headers, .body = operation.body};
  if (credentials != nullptr) {
    const auto offset = clock_offsets_.find(operation.endpoint.url);
    const WallTime now = clock_.now() + (offset == clock_offsets_.end() ? seconds(0) : offset->second);
    CO_TRY_VOID(sign(request, *credentials, operation.scope, now));
  }
  CO_TRY(const std::shared_ptr<net::HttpClient> client, http_.get({}));
  const net::CallOptions options{.deadline = std::min(kAttemptLimit, left)};
  Result<net::Response> response = co_await client->send(std::move(request), options);
  co_return std::move(response);
}

Task<CallResult> Caller::call(Operation operation, std::shared_ptr<const Credentials> credentials) {
  const SteadyTime deadline = clock_.steady() + kCallLimit;
  bool clock_learned = false;
  for (int tried = 1;; ++tried) {
    CallResult result;
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - clock_.steady());
    Result<net::Response> response = co_await attempt(operation, credentials.get(), left);
    std::optional<milliseconds> wait;
    if (!response) {
      result.error = std::move(response).error().prefixed(operation.name);
    } else if (response->status / 100 != 2) {
      const AwsError error = read_error(*response);
      if (error.error_class == ErrorClass::kClockSkew && !clock_learned &&
          learn_clock(operation.endpoint.url, response->headers)) {
        clock_learned = true;
        --tried;
        continue;
      }
      result.error = error.to_error(operation.name);
      result.credentials_refused = error.error_class == ErrorClass::kAuth;
      wait = retry_after(response->headers);
    }
    if (!operation.counter.empty()) calls_.count(operation.counter, operation.name, !result.error);
    if (!result.error) {
      result.response = *std::move(response);
      co_return result;
    }
    const milliseconds pause = std::max(wait.value_or(milliseconds(0)), backoff(operation.retry, tried - 1));
    const bool fits = clock_.steady() + pause < deadline;
    if (!worth_retrying(*result.error) || tried >= operation.retry.attempts || !fits) {
      // A longer wait is the queue's, not ours.
      result.error->retry_after = wait;
      co_return result;
    }
    co_await clock_.sleep_for(pause);
  }
}

}  // namespace rotor::providers::aws
