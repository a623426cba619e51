// Tokens of ServiceAccounts, as back ends accept them: asked for once for all objects of a store and kept for as long
// as they are good.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "providers/common/expiring_cache.hpp"
#include "providers/gate.hpp"

namespace rotor::providers {

struct ServiceAccountToken {
  SecretBytes token;
  std::optional<WallTime> expires;
};

class ServiceAccounts {
 public:
  explicit ServiceAccounts(Clock& clock) : tokens_(clock) {}

  // A token for `request.audiences`; shared until shortly before it expires.
  Task<Result<SecretBytes>> token(ReferenceGate& gate, Scope scope, api::es::ServiceAccountSelector ref,
                                  kube::TokenRequest request);

 private:
  ExpiringCache<ServiceAccountToken> tokens_;
};

}  // namespace rotor::providers
