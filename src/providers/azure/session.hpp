// The tokens of one store and consumer: fetched once for a lifetime, shared by all who are the same identity.
#pragma once

#include <string>

#include "providers/azure/entra.hpp"
#include "providers/azure/identity.hpp"
#include "providers/common/expiring_cache.hpp"

namespace rotor::providers::azure {

struct KnownScope {
  std::string scope;
  std::optional<WallTime> expires;
};

// What all stores of the process share.
struct Shared {
  explicit Shared(const Services& services);

  EnvironmentVariables environment;
  Caller caller;
  ExpiringCache<Token> tokens;       // a refused login is not repeated for a minute, unless its inputs change
  ExpiringCache<KnownScope> scopes;  // by vault, for clouds of one's own
};

class Session {
 public:
  Session(Shared& shared, Identity identity, const StoreContext& context, RetryPolicy retry);

  // `claims`: what a vault wants to see in the token beyond the usual.
  Task<Result<TokenPtr>> token(std::string scope, std::string claims = {});
  // This one was not taken. True when another one has a chance, and is fetched next: not for one that is just made, or
  // a vault that takes none would have us log in for each of its objects.
  bool refused(const std::string& scope, const TokenPtr& token, const std::string& claims);

  const std::string& tenant() const { return identity_.tenant; }
  net::Reach reach() const { return reach_; }  // of the addresses in the manifest

 private:
  std::string key(const std::string& scope) const { return identity_.key + " " + scope; }
  Task<Result<Token>> fetch(std::string scope, std::string claims);
  Task<Result<Token>> from_entra(std::string scope, std::string claims);
  Task<Result<Proof>> assertion();
  Login login(std::string scope, std::string claims) const;

  Shared& shared_;
  Identity identity_;
  ReferenceGate& gate_;
  Scope consumer_;
  RetryPolicy retry_;
  net::Reach reach_;
};

}  // namespace rotor::providers::azure
