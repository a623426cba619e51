// What a SecretStore or ClusterSecretStore may say. Pure: no back end is asked.
#pragma once

#include <string_view>

#include "admission/verdict.hpp"
#include "api/externalsecrets/store.hpp"
#include "base/error.hpp"
#include "providers/registry.hpp"

namespace rotor::admission {

// Either kind of store.
struct StoreSubject {
  std::string_view kind;  // SecretStore, ClusterSecretStore
  const kube::ObjectMeta& metadata;
  const api::es::StoreSpec& spec;
};

// Everything that is wrong with it, its provider's own static checks included.
Verdict judge_store(const StoreSubject& store, const providers::ProviderRegistry& registry);

// The two steps on the way to a store's provider, which the controllers take as well.

// The store as its provider sees it. kInvalid when spec.provider does not hold exactly one back end.
Result<providers::Store> provider_store(const StoreSubject& store);
// The provider of that store, or `failed to find registered store backend for type: …`.
Result<providers::Provider*> provider_of(const providers::ProviderRegistry& registry, const providers::Store& store);

}  // namespace rotor::admission
