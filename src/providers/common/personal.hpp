// Tokens that the person at this machine has at hand, for `rotor run --use-my-credentials`.
#pragma once

#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "providers/services.hpp"

namespace rotor::providers {

struct PersonalToken {
  SecretBytes token;
  std::string source;  // for messages: "VAULT_TOKEN", a path
};

// Where a back end's own command line client finds its server and its token.
struct PersonalPlaces {
  std::string_view address;  // variable with the server's URL; empty: the back end has one server alone
  std::string_view token;    // variable with the token
  std::string_view file{};   // under $HOME, read when the variable is not set; empty: none
};

// The person's token for the server at `base`; nullopt unless they are to be used and there is one. A token is for the
// server that the variable `address` names: a manifest that names another one never gets it.
Result<std::optional<PersonalToken>> personal_token(const Services& services, const PersonalPlaces& places,
                                                    std::string_view base);

}  // namespace rotor::providers
