// The Kubernetes identity of a workload, as back ends accept it: tokens and annotations of ServiceAccounts, asked for
// once for all objects of a store and kept for as long as they are good.
#pragma once

#include <map>
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
  explicit ServiceAccounts(Clock& clock) : clock_(clock), tokens_(clock) {}

  // Read again when half a minute old: every reconcile asks for them, and a changed annotation is noticed soon.
  Task<Result<kube::StringMap>> annotations(ReferenceGate& gate, Scope scope, api::es::ServiceAccountSelector ref);

  // A token for `request.audiences`; shared until shortly before it expires.
  Task<Result<SecretBytes>> token(ReferenceGate& gate, Scope scope, api::es::ServiceAccountSelector ref,
                                  kube::TokenRequest request);

 private:
  struct Memo {
    kube::StringMap annotations;
    SteadyTime read;
  };
  Clock& clock_;
  std::map<std::string, Memo> memos_;
  ExpiringCache<ServiceAccountToken> tokens_;
};

}  // namespace rotor::providers
