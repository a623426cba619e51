#include "providers/aws/errors.hpp"

#include <algorithm>
#include <iterator>
#include <span>

#include <fmt/format.h>

#include "json/reader.hpp"
#include "providers/aws/xml.hpp"
#include "providers/common/message.hpp"

namespace rotor::providers::aws {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::size_t find_no_case(std::string_view text, std::string_view needle, std::size_t from) {
  const auto at = std::search(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), needle.begin(),
                              needle.end(), [](char a, char b) { return lower(a) == lower(b); });
  return at == text.end() ? std::string_view::npos : static_cast<std::size_t>(at - text.begin());
}

constexpr std::size_t kMostRead = 4096;  // of a message; much less is shown

// `request id: 1234-abc`, also as RequestID, with the comma or space around it.
void cut_request_ids(std::string& text) {
  for (const std::string_view label : {"request id: ", "requestid: "}) {
    std::size_t from = 0;
    while (true) {
      const std::size_t at = find_no_case(text, label, from);
      if (at == std::string::npos) break;
      std::size_t end = at + label.size();
      while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '-')) ++end;
      text.erase(at, end - at);
      from = at;
    }
  }
}

void cut_credentials(std::string& text) {
  constexpr std::string_view kMark = " Credential=";
  for (std::size_t at = text.find(kMark); at != std::string::npos; at = text.find(kMark)) {
    const std::size_t end = text.find('\n', at);
    text.erase(at, end == std::string::npos ? end : end - at);
  }
}

// `com.amazonaws.secretsmanager#Name:http://…` is `Name`.
std::string bare_name(std::string_view name) {
  if (const std::size_t hash = name.rfind('#'); hash != std::string_view::npos) name.remove_prefix(hash + 1);
  name = name.substr(0, name.find(':'));
  std::string out;
  for (const char c : name.substr(0, 100)) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-') out += c;
  }
  return out;
}

// A refused signature comes with the request as AWS saw it: session token and all.
void cut_canonical_request(std::string& text) {
  for (const std::string_view mark : {"The Canonical String for this request", "The String-to-Sign should have been"}) {
    const std::size_t at = text.find(mark);
    if (at == std::string::npos) continue;
    text.erase(at);
    while (text.ends_with(' ') || text.ends_with('\n')) text.pop_back();
  }
}

struct Parts {
  std::string name;
  std::string message;
};

Parts read_json(std::string_view body) {
  json::Reader reader(body, 16);
  Parts parts;
  std::string code;
  if (reader.peek() != json::Kind::kObject) return parts;
  reader.begin_object();
  std::string key;
  while (reader.next_member(key)) {
    if (reader.peek() != json::Kind::kString) {
      reader.read_raw();
      continue;
    }
    std::string value = reader.read_string();
    if (key == "__type")
      parts.name = std::move(value);
    else if (key == "code")
      code = std::move(value);
    else if (key == "message" || key == "Message")
      parts.message = std::move(value);
  }
  if (parts.name.empty()) parts.name = std::move(code);
  return parts;
}

Parts read_xml(std::string_view body) {
  const auto text = [&](std::string_view name) {
    const std::optional<SecretBytes> found = xml_text(body, {"Error", name});
    return found ? std::string(found->reveal()) : std::string();
  };
  return {text("Code"), text("Message")};
}

using ErrorNames = std::span<const std::string_view>;

constexpr std::string_view kThrottledNames[] = {
    "Throttling",       "ThrottlingException",      "ThrottledException",   "RequestThrottledException",
    "RequestThrottled", "TooManyRequestsException", "RequestLimitExceeded", "ProvisionedThroughputExceededException",
    "SlowDown",         "PriorRequestNotComplete"};
constexpr std::string_view kTransientNames[] = {
    "InternalServiceError", "InternalServerError",     "InternalFailure",      "ServiceUnavailable",
    "RequestTimeout",       "RequestTimeoutException", "IDPCommunicationError"};
constexpr std::string_view kAuthNames[] = {"UnrecognizedClientException",
                                           "InvalidSignatureException",
                                           "SignatureDoesNotMatch",
                                           "ExpiredTokenException",
                                           "ExpiredToken",
                                           "InvalidClientTokenId",
                                           "MissingAuthenticationToken",
                                           "MissingAuthenticationTokenException",
                                           "IncompleteSignature",
                                           "IncompleteSignatureException",
                                           "InvalidIdentityToken"};
constexpr std::string_view kDeniedNames[] = {"AccessDeniedException", "AccessDenied",      "IDPRejectedClaim",
                                             "DecryptionFailure",     "EncryptionFailure", "InvalidKeyId"};
constexpr std::string_view kConflictNames[] = {"ResourceExistsException", "ParameterAlreadyExists", "TooManyUpdates"};
// ResourceNotFoundException and ParameterNotFound of a service that has another word for absence; with
// ParameterVersionNotFound the parameter is there.
constexpr std::string_view kInvalidNames[] = {
    "InvalidParameterException", "InvalidRequestException",     "ValidationException",
    "ValidationError",           "MalformedPolicyDocument",     "MalformedPolicyDocumentException",
    "PackedPolicyTooLarge",      "RegionDisabledException",     "LimitExceededException",
    "PublicPolicyException",     "PreconditionNotMetException", "ResourceNotFoundException",
    "ParameterNotFound",         "ParameterVersionNotFound",    "InvalidResourceId"};

struct Class {
  ErrorClass error_class;
  ErrorNames names;
};

constexpr Class kClasses[] = {
    {ErrorClass::kThrottled, kThrottledNames}, {ErrorClass::kTransient, kTransientNames},
    {ErrorClass::kAuth, kAuthNames},           {ErrorClass::kDenied, kDeniedNames},
    {ErrorClass::kConflict, kConflictNames},   {ErrorClass::kInvalid, kInvalidNames},
};

bool has(ErrorNames names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

bool says_marked_for_deletion(const AwsError& error) {
  return (error.name == "InvalidRequestException" || error.name == "InvalidParameterException") &&
         (error.message.contains("marked for deletion") || error.message.contains("marked deleted"));
}

bool says_absent(Service service, const AwsError& error) {
  if (service == Service::kParameterStore) return error.name == "ParameterNotFound";
  if (service != Service::kSecretsManager) return false;
  return error.name == "ResourceNotFoundException" || says_marked_for_deletion(error);
}

bool says_clock_skew(const AwsError& error) {
  static constexpr std::string_view kAlways[] = {"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"};
  if (has(kAlways, error.name)) return true;
  return (error.name == "SignatureDoesNotMatch" || error.name == "InvalidSignatureException") &&
         (error.message.contains("expired") || error.message.contains("not yet current"));
}

ErrorClass classify_status(int status) {
  if (status == 429) return ErrorClass::kThrottled;
  if (status >= 500) return ErrorClass::kTransient;
  if (status == 401) return ErrorClass::kAuth;
  return status == 403 ? ErrorClass::kDenied : ErrorClass::kInvalid;
}

// By name; the status counts only for names we do not know (it is 400 for nearly everything).
ErrorClass classify(Service service, const AwsError& error, int status) {
  if (error.name.empty()) return classify_status(status);
  if (says_absent(service, error)) return ErrorClass::kNotFound;
  if (says_clock_skew(error)) return ErrorClass::kClockSkew;
  const auto* const known = std::ranges::find_if(kClasses, [&](const Class& c) { return has(c.names, error.name); });
  return known == std::end(kClasses) ? classify_status(status) : known->error_class;
}

Code code_of(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::kNotFound:
      return Code::kNotFound;
    case ErrorClass::kThrottled:
      return Code::kThrottled;
    case ErrorClass::kTransient:
      return Code::kUnavailable;
    case ErrorClass::kAuth:
    case ErrorClass::kClockSkew:
      return Code::kUnauthenticated;
    case ErrorClass::kDenied:
      return Code::kDenied;
    case ErrorClass::kConflict:
      return Code::kConflict;
    case ErrorClass::kInvalid:
      break;
  }
  return Code::kInvalid;
}

}  // namespace

std::string sanitize(std::string_view text) {
  text = text.substr(0, kMostRead);
  std::string out(text);
  cut_request_ids(out);
  cut_credentials(out);
  cut_canonical_request(out);
  return fit_message(out);
}

AwsError read_error(Service service, const net::Response& response) {
  const std::string_view body = response.body.reveal();
  Parts parts =
      body.find_first_not_of(" \t\r\n") != std::string_view::npos && body[body.find_first_not_of(" \t\r\n")] == '<'
          ? read_xml(body)
          : read_json(body);
  AwsError error;
  if (const std::string* header = net::find_header(response.headers, "x-amzn-ErrorType"))
    error.name = bare_name(*header);
  if (error.name.empty()) error.name = bare_name(parts.name);
  error.message = sanitize(parts.message);
  error.error_class = classify(service, error, response.status);
  if (error.name.empty()) error.name = fmt::format("HTTP {}", response.status);
  return error;
}

AwsError item_error(Service service, std::string name, std::string_view message) {
  AwsError error{.name = bare_name(name), .message = sanitize(message)};
  error.error_class = classify(service, error, 400);
  return error;
}

Error AwsError::to_error(std::string_view operation) const {
  return {code_of(error_class), message.empty() ? fmt::format("{}: {}", operation, name)
                                                : fmt::format("{}: {}: {}", operation, name, message)};
}

}  // namespace rotor::providers::aws
