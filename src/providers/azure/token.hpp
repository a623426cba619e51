// An access token, as Entra ID and the metadata services answer it.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::providers::azure {

struct Token {
  SecretBytes value;
  std::optional<WallTime> expires;
  std::optional<WallTime> refresh;
  WallTime obtained{};
  bool with_claims = false;  // fetched with the claims of a challenge
};
using TokenPtr = std::shared_ptr<const Token>;

// `{"access_token", "expires_in" or "expires_on", "refresh_in", "token_type"}`; the numbers may be texts. An answer
// without a token or without its end is kUnavailable, with `what` in front.
Result<Token> read_token(std::string_view what, const SecretBytes& body, WallTime now);

}  // namespace rotor::providers::azure
