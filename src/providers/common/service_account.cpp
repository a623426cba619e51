#include "providers/common/service_account.hpp"

#include <fmt/format.h>

namespace rotor::providers {
namespace {

constexpr std::chrono::seconds kAnnotationsFor{30};
constexpr std::size_t kMostMemos = 1024;

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

Task<Result<kube::StringMap>> ServiceAccounts::annotations(ReferenceGate& gate, Scope scope,
                                                           api::es::ServiceAccountSelector ref) {
  const std::string key = name_of(scope, ref);
  const SteadyTime now = clock_.steady();
  if (const auto it = memos_.find(key); it != memos_.end() && now - it->second.read < kAnnotationsFor) {
    co_return it->second.annotations;
  }
  CO_TRY(kube::StringMap read, co_await gate.service_account_annotations(std::move(scope), std::move(ref)));
  if (memos_.size() >= kMostMemos) memos_.clear();
  memos_.insert_or_assign(key, Memo{read, now});
  co_return read;
}

Task<Result<SecretBytes>> ServiceAccounts::token(ReferenceGate& gate, Scope scope, api::es::ServiceAccountSelector ref,
                                                 kube::TokenRequest request) {
  std::string key = fmt::format("{}\n{}", name_of(scope, ref), request.expiration_seconds.value_or(0));
  for (const std::string& audience : request.audiences) key += "\n" + audience;
  auto fetch = [&gate, &scope, &ref, &request]() { return issue(gate, scope, ref, request); };
  CO_TRY(const auto kept, co_await tokens_.get(std::move(key), std::move(fetch)));
  co_return kept->token;
}

}  // namespace rotor::providers
