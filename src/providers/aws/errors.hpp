// What AWS said went wrong: its name, its words (cleaned), and what that means for us.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/http.hpp"
#include "providers/aws/endpoints.hpp"

namespace rotor::providers::aws {

enum class ErrorClass : std::uint8_t {
  kNotFound,
  kThrottled,
  kTransient,
  kAuth,
  kClockSkew,
  kDenied,
  kInvalid,
  kConflict
};

struct AwsError {
  std::string name;     // "ResourceNotFoundException"; "HTTP 503" when the answer has none
  std::string message;  // sanitised; may be empty
  ErrorClass error_class = ErrorClass::kInvalid;

  Error to_error(std::string_view operation) const;  // `GetSecretValue: AccessDeniedException: …`
};

// Reads a non-2xx answer, JSON or XML. kNotFound is what this service says of a thing that does not exist, and nothing
// else.
AwsError read_error(Service service, const net::Response& response);

// The same for an error inside of an answer: an item of a batch.
AwsError item_error(Service service, std::string name, std::string_view message);

// A text of theirs made fit for a status: request ids and credentials cut out (a text that changes at every attempt
// would be written at every attempt), control characters replaced, length limited.
std::string sanitize(std::string_view text);

}  // namespace rotor::providers::aws
