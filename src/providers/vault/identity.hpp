// Who a store is towards Vault: a token, or a login and everything it is made of. Read from where the manifest points;
// nothing has been sent to Vault.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "providers/vault/check.hpp"
#include "providers/vault/config.hpp"

namespace rotor::providers::vault {

// Where the JWT of a login comes from; asked for anew for each login.
struct AccountToken {
  ServiceAccountSelector account;
  kube::TokenRequest request;
};
struct OwnToken {};  // the controller's own, which the kubelet keeps in a file
using JwtSource = std::variant<std::monostate, AccountToken, OwnToken>;

struct Identity {
  std::optional<Method> method{};                              // nullopt: no login, no token
  SecretBytes token{};                                         // kToken
  std::string path{};                                          // of the login: "auth/approle/login"
  std::vector<std::pair<std::string, SecretBytes>> members{};  // of its body
  JwtSource jwt{};                                             // its member "jwt", when not among them
  std::string certificate_pem{};                               // kCert
  SecretBytes key_pem{};

  bool logs_in() const { return method && *method != Method::kToken; }
  // A server may lock a user after some refused logins.
  bool locks_out() const;
};

// Empty credentials are refused here, before a server counts them as an attempt.
Task<Result<Identity>> read_identity(StoreContext context, Config config);

// The controller's own ServiceAccount token.
Result<SecretBytes> read_own_token();

}  // namespace rotor::providers::vault
