// From an ExternalSecret to the values it names: stores are looked up and checked, providers asked.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "api/externalsecrets/external_secret.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "base/task.hpp"
#include "kube/client/client.hpp"
#include "providers/registry.hpp"
#include "secrets/options.hpp"
#include "secrets/store_view.hpp"
#include "secrets/template_sources.hpp"

namespace rotor::secrets {

// Who answers for the store an item names.
class ClientSource {
 public:
  virtual ~ClientSource() = default;
  virtual Task<Result<providers::SecretsClient*>> get(api::es::StoreRef ref) = 0;
};

// The clients one reconcile uses, at most one per store. close() before it is destroyed.
class StoreClients final : public ClientSource {
 public:
  StoreClients(StoreDirectory& stores, const providers::ProviderRegistry& registry, providers::ReferenceGate& gate,
               const Options& options, std::string consumer_ns)
      : stores_(stores), registry_(registry), gate_(gate), options_(options), consumer_ns_(std::move(consumer_ns)) {}

  // Checks in the API's order: there, ours, allowed for this namespace, Ready.
  Task<Result<providers::SecretsClient*>> get(api::es::StoreRef ref) override;
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

// What the stores answered, as they answered it: beside spec.dataFrom and spec.data, item by item.
struct Fetched {
  std::vector<SecretMap> data_from;
  std::vector<SecretBytes> data;
};

// Errors name the field: `error processing spec.data[0] (key: openclaw/api-keys), err: …`; absence likewise, and only
// when the store stated it.
Task<providers::Lookup<Fetched>> fetch_all(ClientSource& clients, std::shared_ptr<const api::es::ExternalSecret> es);

// What templates are read from. One that does not exist is left out: rendering names the field that wants it.
Task<Result<TemplateSources>> fetch_sources(kube::Client& client, std::string ns, std::vector<SourceName> names);

}  // namespace rotor::secrets
