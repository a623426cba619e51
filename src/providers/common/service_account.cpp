#include "providers/common/service_account.hpp"

#include <fmt/format.h>

namespace rotor::providers {
namespace {

std::string name_of(const Scope& scope, const api::es::ServiceAccountSelector& ref) {
  return resolve_namespace(scope, ref.ns) + "/" + ref.name;
}

Task<Result<ServiceAccountToken>> issue(ReferenceGate& gate, Scope scope, api::es::ServiceAccountSelector ref,
                                        kube::TokenRequest request) {
  CO_TRY(kube::IssuedToken issued,
         co_await gate.service_account_token(std::move(scope), std::move(ref), std::move(request)));
  co_return ServiceAccountToken{std::move(issued.token), issued.expires};
}

}  // namespace

Task<Result<SecretBytes>> ServiceAccounts::token(ReferenceGate& gate, Scope scope, api::es::ServiceAccountSelector ref,
                                                 kube::TokenRequest request) {
  std::string key = fmt::format("{}\n{}", name_of(scope, ref), request.expiration_seconds.value_or(0));
  for (const std::string& audience : request.audiences) key += "\n" + audience;
  auto fetch = [&gate, &scope, &ref, &request]() { return issue(gate, scope, ref, request); };
  CO_TRY(const auto kept, co_await tokens_.get(std::move(key), std::move(fetch)));
  co_return kept->token;
}

}  // namespace rotor::providers
