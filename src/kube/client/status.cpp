#include "kube/client/status.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

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

// These come without a reason, like what the storage answers when it is only busy: the text alone tells them apart.
bool can_never_work(const Status& status) {
  constexpr std::array<std::string_view, 2> kFinal = {"request is too large", "failed to create typed patch object"};
  return status.code == 500 && status.reason.empty() &&
         std::ranges::any_of(kFinal, [&](std::string_view text) { return status.message.contains(text); });
}

// What is missing is the namespace that the object was to be made in.
bool is_absent_namespace(const Status& status, std::string_view what) {
  return is_absent_object(status) && status.details->kind == "namespaces" && what != "namespaces";
}

bool has_cause(const Status& status, std::string_view reason) {
  return status.details &&
         std::ranges::any_of(status.details->causes, [&](const StatusCause& cause) { return cause.reason == reason; });
}

// No more than a word or a path: what a server puts there is not ours to trust.
std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 100;
  std::string out(text.substr(0, kLongest));
  std::ranges::replace_if(out, [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

std::string without_its_text(const Status& status) {
  std::string out = fmt::format("the API server answered {}", status.code);
  if (!status.reason.empty()) out += " " + printable(status.reason);
  std::string fields;
  for (const StatusCause& cause : status.details.value_or(StatusDetails{}).causes) {
    if (cause.field.empty() || fields.size() > 300) continue;
    fields += (fields.empty() ? " for " : ", ") + printable(cause.field);
  }
  return out + fields;
}

// The verb that whoever asked has no right to, when that is why; an admission policy's refusal may say anything. Of the
// server's text only a word that is known beforehand is taken.
std::optional<std::string_view> missing_verb(const Status& status, std::string_view what) {
  constexpr std::array<std::string_view, 8> kVerbs = {"get",    "list",  "watch",  "create",
                                                      "update", "patch", "delete", "deletecollection"};
  if (status.reason != "Forbidden") return std::nullopt;
  const std::string_view resource = what.substr(0, what.find('.'));
  const auto denied = [&](std::string_view verb) {
    return status.message.contains(fmt::format("cannot {} resource \"{}\"", verb, resource));
  };
  const auto* const verb = std::ranges::find_if(kVerbs, denied);
  return verb == kVerbs.end() ? std::nullopt : std::optional(*verb);
}

std::string about_something_secret(const Status& status, Code code, std::string_view what, std::string_view name) {
  if (const auto verb = missing_verb(status, what)) {
    return fmt::format(
        "403 Forbidden: the identity that Rotor uses has no right to {} {}; grant it that verb (`rotor "
        "doctor --service-account NAMESPACE/NAME` names all that are missing)",
        *verb, what);
  }
  const std::string_view plain = what == "secrets" ? "the Secret" : "the object";
  const std::string which = name.empty() ? std::string(plain) : fmt::format("{} \"{}\"", what, name);
  switch (code) {
    case Code::kNotFound:
      return which + " not found";
    case Code::kAlreadyExists:
      return which + " already exists";
    case Code::kConflict:
      return which + " was changed by somebody else in between";
    case Code::kGone:
      if (status.code != 410) return "the namespace is being deleted or does not exist";
      [[fallthrough]];
    default:
      return fmt::format("{} (its text is withheld: it may quote {})", without_its_text(status), plain);
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
  if (can_never_work(status)) return Code::kInvalid;
  if (has_cause(status, "NamespaceTerminating")) return Code::kGone;
  const auto it = std::ranges::find(kReasons, status.reason, &ReasonCode::reason);
  return it != kReasons.end() ? it->code : code_of_http(status.code);
}

bool is_absent_object(const Status& status) {
  return status.reason == "NotFound" && status.details && !status.details->name.empty();
}

Error error_of(const Status& status, const net::Headers& headers, std::string_view what, std::string_view name,
               bool confidential) {
  Error error{code_of(status), status.message, retry_after(status, headers)};
  if (is_absent_namespace(status, what)) error.code = Code::kGone;
  if (error.code == Code::kNotFound && !is_absent_object(status)) {
    error.message = fmt::format("the API server does not serve {}: is its CustomResourceDefinition installed?", what);
  } else if (what == "secrets" || confidential) {
    error.message = about_something_secret(status, error.code, what, name);
  } else if (error.message.empty()) {
    error.message = fmt::format("the API server answered {} for {} without saying why", status.code, what);
  }
  return error;
}

Error withheld_error_of(const Status& status, const net::Headers& headers) {
  return {code_of(status), without_its_text(status), retry_after(status, headers)};
}

}  // namespace rotor::kube
