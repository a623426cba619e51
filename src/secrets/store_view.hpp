// SecretStores and ClusterSecretStores as one: what consumers look up and what the store controller reads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/externalsecrets/store.hpp"
#include "base/error.hpp"
#include "providers/registry.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

struct StoreView {
  std::string kind;  // SecretStore, ClusterSecretStore
  kube::ObjectMeta metadata;
  api::es::StoreSpec spec;
  api::es::StoreStatus status;

  bool cluster() const { return kind == providers::kClusterSecretStoreKind; }
  bool ready() const;
  // Has anybody looked at it yet? One that is merely new is no failure.
  bool judged() const;
};

bool managed_by(const StoreView& store, std::string_view controller_class);

// The store as its provider sees it. kInvalid when spec.provider does not hold exactly one back end.
Result<providers::Store> provider_store(const StoreView& store);

// May this namespace use the ClusterSecretStore? Any member of any condition is enough. `labels` are the namespace's.
bool allows_namespace(const StoreView& store, const std::string& ns, const kube::StringMap& labels);
// Do the conditions look at labels at all?
bool needs_namespace_labels(const StoreView& store);

// Every store an ExternalSecret names, SecretStore being the default kind.
std::vector<api::es::StoreRef> store_refs(const ExternalSecret& es);
// "SecretStore" for an empty kind; anything else as it is.
std::string store_kind(const api::es::StoreRef& ref);

}  // namespace rotor::secrets
