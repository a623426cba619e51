// What Google said went wrong: its APIs as {"error":{"code","message","status"}}, its token services as
// {"error","error_description"}.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/http.hpp"

namespace rotor::providers::gcp {

struct GoogleError {
  int http = 0;
  std::string status{};   // "NOT_FOUND", "invalid_grant"; empty when the answer is not Google's
  std::string reason{};   // "SERVICE_DISABLED": which of the causes of that status
  std::string message{};  // made fit for a status; may be empty

  // The store's own word that there is no such secret or version: Google's document, and not about the project, the
  // location or the address of the call.
  bool says_absent() const;
  // "AccessSecretVersion: PERMISSION_DENIED: … (what to do)"; never kNotFound.
  Error to_error(std::string_view call) const;
};

// Reads an answer that is no success.
GoogleError read_error(const net::Response& response);

// A read of a version that is there but was disabled or destroyed.
bool is_disabled_version(const Error& error);

}  // namespace rotor::providers::gcp
