#include "providers/aws/errors.hpp"

#include <algorithm>
#include <array>

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

struct Class {
  std::string_view name;
  ErrorClass error_class;
};

constexpr std::array kClasses = {
    Class{"Throttling", ErrorClass::kThrottled},
    Class{"ThrottlingException", ErrorClass::kThrottled},
    Class{"ThrottledException", ErrorClass::kThrottled},
    Class{"RequestThrottledException", ErrorClass::kThrottled},
    Class{"RequestThrottled", ErrorClass::kThrottled},
    Class{"TooManyRequestsException", ErrorClass::kThrottled},
    Class{"RequestLimitExceeded", ErrorClass::kThrottled},
    Class{"ProvisionedThroughputExceededException", ErrorClass::kThrottled},
    Class{"SlowDown", ErrorClass::kThrottled},
    Class{"PriorRequestNotComplete", ErrorClass::kThrottled},
    Class{"InternalServiceError", ErrorClass::kTransient},
    Class{"InternalServerError", ErrorClass::kTransient},
    Class{"InternalFailure", ErrorClass::kTransient},
    Class{"ServiceUnavailable", ErrorClass::kTransient},
    Class{"RequestTimeout", ErrorClass::kTransient},
    Class{"RequestTimeoutException", ErrorClass::kTransient},
    Class{"IDPCommunicationError", ErrorClass::kTransient},
    Class{"UnrecognizedClientException", ErrorClass::kAuth},
    Class{"InvalidSignatureException", ErrorClass::kAuth},
    Class{"SignatureDoesNotMatch", ErrorClass::kAuth},
    Class{"ExpiredTokenException", ErrorClass::kAuth},
    Class{"ExpiredToken", ErrorClass::kAuth},
    Class{"InvalidClientTokenId", ErrorClass::kAuth},
    Class{"MissingAuthenticationToken", ErrorClass::kAuth},
    Class{"MissingAuthenticationTokenException", ErrorClass::kAuth},
    Class{"IncompleteSignature", ErrorClass::kAuth},
    Class{"IncompleteSignatureException", ErrorClass::kAuth},
    Class{"InvalidIdentityToken", ErrorClass::kAuth},
    Class{"AccessDeniedException", ErrorClass::kDenied},
    Class{"AccessDenied", ErrorClass::kDenied},
    Class{"IDPRejectedClaim", ErrorClass::kDenied},
    Class{"DecryptionFailure", ErrorClass::kDenied},
    Class{"EncryptionFailure", ErrorClass::kDenied},
    Class{"InvalidKeyId", ErrorClass::kDenied},
    Class{"ResourceExistsException", ErrorClass::kConflict},
    Class{"ParameterAlreadyExists", ErrorClass::kConflict},
    Class{"TooManyUpdates", ErrorClass::kConflict},
    Class{"InvalidParameterException", ErrorClass::kInvalid},
    Class{"InvalidRequestException", ErrorClass::kInvalid},
    Class{"ValidationException", ErrorClass::kInvalid},
    Class{"ValidationError", ErrorClass::kInvalid},
    Class{"MalformedPolicyDocument", ErrorClass::kInvalid},
    Class{"MalformedPolicyDocumentException", ErrorClass::kInvalid},
    Class{"PackedPolicyTooLarge", ErrorClass::kInvalid},
    Class{"RegionDisabledException", ErrorClass::kInvalid},
    Class{"LimitExceededException", ErrorClass::kInvalid},
    Class{"PublicPolicyException", ErrorClass::kInvalid},
    Class{"PreconditionNotMetException", ErrorClass::kInvalid},
    Class{"ResourceNotFoundException", ErrorClass::kInvalid},  // of another service than the one that owns the word
    Class{"ParameterNotFound", ErrorClass::kInvalid},          // likewise
    Class{"ParameterVersionNotFound", ErrorClass::kInvalid},   // the parameter is there, the version or label is not
    Class{"InvalidResourceId", ErrorClass::kInvalid},
};

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

bool says_marked_for_deletion(const AwsError& error) {
  return is_one_of(error.name, {"InvalidRequestException", "InvalidParameterException"}) &&
         (error.message.contains("marked for deletion") || error.message.contains("marked deleted"));
}

bool says_absent(Service service, const AwsError& error) {
  if (service == Service::kParameterStore) return error.name == "ParameterNotFound";
  if (service != Service::kSecretsManager) return false;
  return error.name == "ResourceNotFoundException" || says_marked_for_deletion(error);
}

bool says_clock_skew(const AwsError& error) {
  if (is_one_of(error.name, {"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"})) return true;
  return is_one_of(error.name, {"SignatureDoesNotMatch", "InvalidSignatureException"}) &&
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
  const auto* const known = std::ranges::find(kClasses, error.name, &Class::name);
  return known == kClasses.end() ? classify_status(status) : known->error_class;
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
