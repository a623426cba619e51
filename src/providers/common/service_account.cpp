#include "providers/common/service_account.hpp"

#include "providers/common/cache_key.hpp"

namespace rotor::providers {
namespace {

constexpr std::chrono::minutes kTrial{1};

std::string key_of(const ServiceAccounts::Wish& wish) {
  CacheKey key;
  key.add(resolve_namespace(wish.scope, wish.account.ns)).add(wish.account.name);
  key.add(std::to_string(wish.request.expiration_seconds.value_or(0)));
  for (const std::string& audience : wish.request.audiences) key.add(audience);
  return key.digest();
}

Task<Result<ServiceAccountToken>> issue(Clock& clock, ReferenceGate& gate, ServiceAccounts::Wish wish) {
  const WallTime now = clock.now();
  CO_TRY(kube::IssuedToken issued,
         co_await gate.service_account_token(std::move(wish.scope), std::move(wish.account), std::move(wish.request)));
  co_return ServiceAccountToken{.token = std::move(issued.token),
                                .expires = issued.expires,
                                .refresh = now + (issued.expires - now) * 4 / 5,
                                .obtained = now};
}

}  // namespace

Task<Result<ServiceAccountTokenPtr>> ServiceAccounts::token(ReferenceGate& gate, Wish wish) {
  std::string key = key_of(wish);
  auto fetch = [this, &gate, &wish]() { return issue(clock_, gate, wish); };
  co_return co_await tokens_.get(std::move(key), std::move(fetch));
}

bool ServiceAccounts::refused(const Wish& wish, const ServiceAccountTokenPtr& token) {
  if (!token->served && clock_.now() < token->obtained + kTrial) return false;
  tokens_.drop(key_of(wish), token);
  return true;
}

}  // namespace rotor::providers
