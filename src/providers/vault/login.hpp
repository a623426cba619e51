// One login and what it gave. https://developer.hashicorp.com/vault/api-docs/auth
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "providers/vault/identity.hpp"
#include "providers/vault/server.hpp"

namespace rotor::providers::vault {

struct Login {
  SecretBytes token;
  std::optional<WallTime> expires{};  // nullopt: never
  std::chrono::seconds lease{};       // what it was given for, when it was new
  bool renewable = false;
  WallTime obtained{};
  States states{};                         // a standby may not know the token before it is as far as this
  std::shared_ptr<const Server> server{};  // that it is good for
  std::string ns{};                        // of the login
  mutable bool served = false;             // the server has answered a call with it
  mutable bool holds_leases = false;       // credentials that would end with it were made with it
};

// The `auth` of an answer. `requested`: before the request, so that the end is not assumed too late.
Result<Login> read_login(const net::Response& response, WallTime requested);

// Logs in once. Errors say with which method, and what about the credentials may be why.
// `proof`: the members of the body that were made for this login.
Task<Result<Login>> log_in(Caller& caller, std::shared_ptr<const Server> server, std::string ns, Identity identity,
                           LoginMembers proof);

// Of `data` in an answer to auth/token/lookup-self: whether the token is still good for a while.
bool may_be_kept(std::string_view data);

// Before every error of a login by this method; empty for one that has none.
std::string_view login_title(Method method);

// Gives it back, and with it everything it could do. Not when leases hang on it: what was made with it is in use.
Task<Result<void>> revoke(Caller& caller, std::shared_ptr<const Login> login);

// The same token for longer. kInvalid when the server gave it much less than it had: it nears its greatest age.
Task<Result<Login>> renew(Caller& caller, std::shared_ptr<const Server> server, std::string ns,
                          std::shared_ptr<const Login> login);

}  // namespace rotor::providers::vault
