#include "secrets/ownership.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "secrets/marks.hpp"
#include "secrets/policies.hpp"

namespace rotor::secrets {
namespace {

SyncFailure owned_by_another(const kube::OwnerReference& controller) {
  return {
      Ending::kOwnedByAnother,
      {Code::kInvalid, fmt::format("secret is owned by another ExternalSecret: {}; give spec.target.name another value",
                                   controller.name)},
      kube::Outcome::done()};
}

SyncFailure owned_otherwise(const ExternalSecret& es, const kube::OwnerReference& controller) {
  return {Ending::kOwnedOtherwise,
          {Code::kInvalid,
           fmt::format("could not set controller reference on secret: Object {}/{} is already owned by another {} "
                       "controller {}",
                       es.metadata.ns, es.target_name(), controller.kind, controller.name)},
          kube::Outcome::done()};
}

}  // namespace

bool is_external_secret(const kube::OwnerReference& ref) {
  return ref.kind == "ExternalSecret" && ref.api_version.starts_with("external-secrets.io/");
}

Synced<std::vector<kube::OwnerReference>> decide_ownership(const ExternalSecret& es, const Target* live) {
  std::vector<kube::OwnerReference> owners;
  if (live != nullptr) owners = live->metadata.owner_references;
  const auto controller = std::ranges::find_if(owners, [](const auto& o) { return o.controller.value_or(false); });
  if (controller != owners.end()) {
    const bool ours = is_external_secret(*controller);
    if (ours && controller->name != es.metadata.name) return std::unexpected(owned_by_another(*controller));
    if (!ours && owns(es)) return std::unexpected(owned_otherwise(es, *controller));
  }
  const auto is_this = [&es](const auto& o) { return is_external_secret(o) && o.name == es.metadata.name; };
  const auto place = std::ranges::find_if(owners, is_this) - owners.begin();
  std::erase_if(owners, is_this);
  if (owns(es)) owners.insert(owners.begin() + place, owner_reference(es));  // another order would be a difference
  return owners;
}

bool same_owners(const std::vector<kube::OwnerReference>& a, const std::vector<kube::OwnerReference>& b) {
  return std::ranges::equal(a, b, [](kube::OwnerReference left, const kube::OwnerReference& right) {
    if (is_external_secret(left) && is_external_secret(right)) left.api_version = right.api_version;
    return left == right;
  });
}

bool controls(const ExternalSecret& es, const Target& target) {
  return std::ranges::any_of(target.metadata.owner_references, [&es](const kube::OwnerReference& owner) {
    return owner.controller.value_or(false) && owner.uid == es.metadata.uid;
  });
}

}  // namespace rotor::secrets
