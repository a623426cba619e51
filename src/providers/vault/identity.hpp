// Who a store is towards Vault: a token, or a login and everything it is made of. Read from where the manifest points;
// nothing has been sent to Vault.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "providers/common/cloud_identity.hpp"
#include "providers/vault/check.hpp"
#include "providers/vault/config.hpp"

namespace rotor::providers::vault {

// The body of a login.
using LoginMembers = std::vector<std::pair<std::string, SecretBytes>>;

// What proves who we are, made anew for each login: a ServiceAccount's token, or a cloud's word.
struct AccountToken {
  ServiceAccountSelector account;
  kube::TokenRequest request;
  bool or_bound = false;  // where no token is issued, one that a Secret of the ServiceAccount holds
};
struct OwnToken {};  // the controller's own, which the kubelet keeps in a file
struct AwsProof {
  std::shared_ptr<AwsIdentity> who;
  std::string region;
  std::string server_id;
};
struct GoogleProof {
  std::shared_ptr<GoogleIdentity> who;
  std::string audience;
};
using Proof = std::variant<std::monostate, AccountToken, OwnToken, AwsProof, GoogleProof>;

// Of the clouds this process knows; null: none.
struct CloudIdentities {
  std::shared_ptr<AwsIdentities> aws;
  std::shared_ptr<GoogleIdentities> google;
};

struct Identity {
  std::optional<Method> method{};  // nullopt: no login, no token
  SecretBytes token{};             // kToken
  std::string path{};              // of the login: "auth/approle/login"
  LoginMembers members{};          // of its body
  Proof proof{};                   // what is added to them
  std::string certificate_pem{};   // kCert
  SecretBytes key_pem{};

  bool logs_in() const { return method && *method != Method::kToken; }
  // A server may lock a user after some refused logins.
  bool locks_out() const;
};

// Empty credentials are refused here, before a server counts them as an attempt.
Task<Result<Identity>> read_identity(CloudIdentities clouds, StoreContext context, Config config);

// The controller's own ServiceAccount token.
Result<SecretBytes> read_own_token();

}  // namespace rotor::providers::vault
