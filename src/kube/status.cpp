#include "kube/status.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace rotor::kube {
namespace {

struct ReasonCode {
  std::string_view reason;
  Code code;
};
constexpr std::array kReasons = {
    ReasonCode{"NotFound", Code::kNotFound},
    ReasonCode{"AlreadyExists", Code::kAlreadyExists},
    ReasonCode{"Conflict", Code::kConflict},
    ReasonCode{"Expired", Code::kGone},
    ReasonCode{"Gone", Code::kGone},
    ReasonCode{"Forbidden", Code::kDenied},
    ReasonCode{"Unauthorized", Code::kUnauthenticated},
    ReasonCode{"Invalid", Code::kInvalid},
    ReasonCode{"BadRequest", Code::kInvalid},
    ReasonCode{"MethodNotAllowed", Code::kInvalid},
    ReasonCode{"NotAcceptable", Code::kInvalid},
    ReasonCode{"UnsupportedMediaType", Code::kInvalid},
    ReasonCode{"RequestEntityTooLarge", Code::kInvalid},
    ReasonCode{"TooManyRequests", Code::kThrottled},
    ReasonCode{"Timeout", Code::kTimeout},
    ReasonCode{"ServerTimeout", Code::kTimeout},
};

Code code_of_http(std::int64_t status) {
  switch (status) {
    case 401:
      return Code::kUnauthenticated;
    case 403:
      return Code::kDenied;
    case 404:
      return Code::kNotFound;
    case 409:
      return Code::kConflict;
    case 410:
      return Code::kGone;
    case 429:
      return Code::kThrottled;
    case 504:
      return Code::kTimeout;
    default:
      return status >= 400 && status < 500 ? Code::kInvalid : Code::kUnavailable;
  }
}

std::optional<std::chrono::milliseconds> retry_after(const Status& status, const net::Headers& headers) {
  std::int64_t seconds = status.details ? status.details->retry_after_seconds : 0;
  if (const std::string* header = net::find_header(headers, "Retry-After")) {
    std::from_chars(header->data(), header->data() + header->size(), seconds);
  }
  if (seconds <= 0) return std::nullopt;
  return std::chrono::seconds(std::min<std::int64_t>(seconds, 3600));
}

}  // namespace

Status read_status(int http_status, std::string_view body) {
  if (auto status = json::read<Status>(body); status && status->kind == "Status" && !status->status.empty()) {
    if (status->code == 0) status->code = http_status;
    return *std::move(status);
  }
  Status status;
  status.status = "Failure";
  status.code = http_status;
  return status;
}

Code code_of(const Status& status) {
  const auto it = std::ranges::find(kReasons, status.reason, &ReasonCode::reason);
  return it != kReasons.end() ? it->code : code_of_http(status.code);
}

bool is_absent_object(const Status& status) {
  return status.reason == "NotFound" && status.details && !status.details->name.empty();
}

Error error_of(const Status& status, const net::Headers& headers, std::string_view what) {
  Error error{code_of(status), status.message, retry_after(status, headers)};
  if (error.code == Code::kNotFound && !is_absent_object(status)) {
    error.message = fmt::format("the API server does not serve {}: is its CustomResourceDefinition installed?", what);
  } else if (error.message.empty()) {
    error.message = fmt::format("the API server answered {} for {} without saying why", status.code, what);
  }
  return error;
}

}  // namespace rotor::kube
