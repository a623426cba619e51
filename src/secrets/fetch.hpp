// From an ExternalSecret to the values it names: stores are looked up and checked, providers asked, values converted.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "api/externalsecrets/external_secret.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "base/task.hpp"
#include "providers/provider.hpp"
#include "secrets/options.hpp"
#include "secrets/store_view.hpp"

namespace rotor::secrets {

// The clients one reconcile uses, at most one per store. close() before it is destroyed.
class StoreClients {
 public:
  StoreClients(StoreDirectory& stores, const providers::ProviderRegistry& registry, providers::ReferenceGate& gate,
               const Options& options, std::string consumer_ns)
      : stores_(stores), registry_(registry), gate_(gate), options_(options), consumer_ns_(std::move(consumer_ns)) {}

  // Checks in the API's order: there, ours, allowed for this namespace, Ready. Never kNotFound.
  Task<Result<providers::SecretsClient*>> get(api::es::StoreRef ref);
  Task<> close();

 private:
  Task<Result<void>> check_allowed(StoreViewPtr store);
  Task<Result<std::unique_ptr<providers::SecretsClient>>> open(StoreViewPtr store);

  StoreDirectory& stores_;
  const providers::ProviderRegistry& registry_;
  providers::ReferenceGate& gate_;
  const Options& options_;
  std::string consumer_ns_;
  std::map<std::string, std::unique_ptr<providers::SecretsClient>> clients_;  // by kind/name
};

// All values, later items over earlier ones, data over dataFrom. Errors name the field:
// `error processing spec.data[0] (key: openclaw/api-keys), err: …`; kNotFound when the store stated it.
Task<Result<SecretMap>> fetch_values(StoreClients& clients, std::shared_ptr<const api::es::ExternalSecret> es);

}  // namespace rotor::secrets
