// Tokens of ServiceAccounts, as back ends accept them: asked for once for all objects of a store, kept for four fifths
// of their life, and got anew once when somebody refuses one (the ServiceAccount was made anew, a key was rotated).
#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "providers/common/expiring_cache.hpp"
#include "providers/gate.hpp"

namespace rotor::providers {

struct ServiceAccountToken {
  SecretBytes token;
  std::optional<WallTime> expires;
  std::optional<WallTime> refresh{};
  WallTime obtained{};
  mutable bool served = false;  // somebody has taken it
};
using ServiceAccountTokenPtr = std::shared_ptr<const ServiceAccountToken>;

class ServiceAccounts {
 public:
  // Who asks for a token of which ServiceAccount, for whom it is good.
  struct Wish {
    Scope scope;
    api::es::ServiceAccountSelector account;
    kube::TokenRequest request;
  };

  explicit ServiceAccounts(Clock& clock) : clock_(clock), tokens_(clock) {}

  Task<Result<ServiceAccountTokenPtr>> token(ReferenceGate& gate, Wish wish);

  // It was refused. True: the next is another one. One that nobody has ever taken is not replaced within a minute, so
  // that a server which takes none costs no token a call.
  bool refused(const Wish& wish, const ServiceAccountTokenPtr& token);

 private:
  Clock& clock_;
  ExpiringCache<ServiceAccountToken> tokens_;
};

}  // namespace rotor::providers
