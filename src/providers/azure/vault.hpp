// Calls to one key vault, with the token that belongs there.
// https://learn.microsoft.com/rest/api/keyvault/
#pragma once

#include <optional>
#include <string>

#include "providers/azure/challenge.hpp"
#include "providers/azure/session.hpp"
#include "providers/client.hpp"

namespace rotor::providers::azure {

struct VaultGet {
  std::string name;            // "GetSecret": in front of errors, and the metric's label
  std::string url;             // below the vault's own
  bool may_be_absent = false;  // the vault may say that there is none
};

class Vault {
 public:
  // `scope` absent: the vault says what tokens are for.
  Vault(Shared& shared, Session session, std::string address, std::optional<std::string> scope, RetryPolicy retry);

  const std::string& address() const { return address_; }

  // The body of its 200.
  Task<Lookup<SecretBytes>> get(VaultGet request);

  // Do the credentials give a token, and is there a vault that takes tokens of their tenant?
  Task<Result<void>> check();

 private:
  struct Attempt;

  Task<Attempt> attempt(VaultGet request, TokenPtr token);
  Task<Result<std::string>> scope();
  Task<Result<KnownScope>> ask_scope();
  Task<Result<Challenge>> ask();

  Shared& shared_;
  Session session_;
  std::string address_;
  std::optional<std::string> scope_;
  RetryPolicy retry_;
};

inline constexpr std::string_view kApiVersion = "7.4";

}  // namespace rotor::providers::azure
