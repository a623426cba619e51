// What Azure said went wrong, in its words (cleaned) and ours.
// https://learn.microsoft.com/azure/key-vault/general/rest-error-codes
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/http.hpp"

namespace rotor::providers::azure {

// Of a key vault: {"error": {"code", "message", "innererror": {"code"}}}.
struct VaultError {
  std::string code;     // "Forbidden"; empty when the answer is not a vault's
  std::string inner;    // "SecretDisabled"; may be empty
  std::string message;  // sanitised; may be empty

  Error to_error(std::string_view operation, int status) const;
};
VaultError read_vault_error(const net::Response& response);

// Of Entra ID: {"error", "error_description": "AADSTS7000215: …", "error_codes": [7000215]}.
struct LoginError {
  Error error;
  bool assertion_expired = false;  // outside its validity: a new one, or another clock, may help
};
LoginError read_login_error(std::string_view operation, const net::Response& response);

// A text of theirs made fit for a status: what differs at every attempt (trace and correlation ids, times) is cut out,
// for a changed text is written anew at every attempt; control characters replaced, length limited.
std::string sanitize(std::string_view text);

}  // namespace rotor::providers::azure
