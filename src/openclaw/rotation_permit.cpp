#include "openclaw/rotation_permit.hpp"

namespace rotor::openclaw {

Task<Result<Permit>> PermitChain::ask(WishPtr wish) {
  Permit leave;
  for (std::size_t i = 0; i < links_.size(); ++i) {
    CO_TRY(Permit permit, co_await links_[i]->ask(wish));
    leave.in_place |= permit.goes() && permit.in_place;
    if (permit.goes()) continue;
    const bool gives_up = permit.verdict == Permit::Verdict::kRefuse;
    for (std::size_t before = 0; gives_up && before < i; ++before) links_[before]->refused(*wish, permit);
    co_return permit;
  }
  co_return leave;
}

void PermitChain::written(const RotationWish& wish) {
  for (const auto& link : links_) link->written(wish);
}

void PermitChain::withdrawn(const kube::Key& instance) {
  for (const auto& link : links_) link->withdrawn(instance);
}

void PermitChain::held(const kube::Key& instance) {
  for (const auto& link : links_) link->held(instance);
}

void PermitChain::failed(const kube::Key& instance, const std::string& why) {
  for (const auto& link : links_) link->failed(instance, why);
}

std::optional<RestartFailure> PermitChain::failure_of(const kube::Key& instance) const {
  for (const auto& link : links_) {
    if (auto failure = link->failure_of(instance)) return failure;
  }
  return std::nullopt;
}

}  // namespace rotor::openclaw
