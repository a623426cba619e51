// Who we are to Doppler: a token kept in a Secret, or one that the token of a ServiceAccount is exchanged for.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "providers/common/call.hpp"
#include "providers/common/expiring_cache.hpp"
#include "providers/common/personal.hpp"
#include "providers/doppler/config.hpp"
#include "providers/doppler/etag_cache.hpp"

namespace rotor::providers::doppler {

struct Token {
  SecretBytes value;
  std::optional<WallTime> expires;
};
using TokenPtr = std::shared_ptr<const Token>;

// What all clients of the process share.
struct Shared {
  Shared(const Services& lent, EtagCache::Limits limits);

  Services services;
  Caller caller;
  ExpiringCache<Token> tokens;
  EtagCache etags;
};

class Login {
 public:
  // Reads what the manifest points at; does not talk to Doppler.
  static Task<Result<std::unique_ptr<Login>>> create(Shared& shared, Config config, StoreContext context);

  Task<Result<TokenPtr>> token();
  // The last one was refused. True when a second try has a chance: there is another to be had.
  bool refused(const TokenPtr& token);

  const std::string& base() const { return base_; }
  const RetryPolicy& retry() const { return retry_; }
  // A digest of the server and of who is logged in there: two of them share no answer.
  const std::string& identity() const { return identity_; }
  // For a person, when the token is refused.
  const std::string& source() const { return source_; }

 private:
  Login(Shared& shared, Config config, const StoreContext& context);

  Task<Result<void>> read_token(StoreContext context);
  void hold(PersonalToken token);
  void prepare_exchange(const StoreContext& context);
  Task<Result<Token>> exchange();

  Shared& shared_;
  Config config_;
  ReferenceGate& gate_;
  Scope scope_;
  std::string base_;
  RetryPolicy retry_;
  std::string identity_;
  std::string source_;
  TokenPtr held_;                     // one that is not exchanged for
  kube::TokenRequest token_request_;  // of oidcConfig
};

}  // namespace rotor::providers::doppler
