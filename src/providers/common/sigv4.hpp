// AWS Signature Version 4 with the signature in a header.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "net/http.hpp"

namespace rotor::providers::aws {

struct Credentials {
  std::string access_key_id;  // names the key; not a secret
  SecretBytes secret_access_key;
  SecretBytes session_token{};
  std::optional<WallTime> expires{};  // nullopt: never
};

struct SigningScope {
  std::string region;
  std::string service;
};

// "20260102T030405Z"
std::string amz_date(WallTime time);

// The text whose digest is signed. `headers` are the ones to sign, Host included; any order.
std::string canonical_request(std::string_view method, std::string_view path, std::string_view query,
                              net::Headers headers, std::string_view body);

// Adds X-Amz-Date, X-Amz-Security-Token when there is one, and Authorization. Signs the host, every header the request
// has and the ones added; User-Agent and what else belongs to the connection is left out. kInvalid for a bad URL.
Result<void> sign(net::Request& request, const Credentials& credentials, const SigningScope& scope, WallTime time);

}  // namespace rotor::providers::aws
