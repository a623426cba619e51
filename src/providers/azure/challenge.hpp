// How a vault answers who brings no token, or not the right one: which resource tokens are for, which tenant issues
// them, and the claims that are missing (RFC 9110 section 11.6.1; continuous access evaluation).
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "net/http.hpp"

namespace rotor::providers::azure {

struct Challenge {
  std::string authorization{};  // "https://login.windows.net/TENANT"
  std::string scope{};          // "https://vault.azure.net/.default"
  std::string error{};          // "insufficient_claims", "invalid_token"
  std::string claims{};         // JSON, decoded

  bool wants_claims() const { return error == "insufficient_claims" && !claims.empty(); }
  std::string tenant() const;  // the last segment of `authorization`; empty when there is none
};

// Of the first WWW-Authenticate header with the scheme Bearer.
std::optional<Challenge> read_challenge(const net::Headers& headers);

// May a token for this scope go to the vault at `vault_url`? Only to a host below the scope's own: else whoever runs
// the vault says what the token is for, and uses it there.
Result<void> check_scope_host(std::string_view scope, std::string_view vault_url);

}  // namespace rotor::providers::azure
