// What a back end is to the rest of the house. A provider is a folder with one Provider and one row in the registration
// table (cli/providers.cpp); no provider knows another.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/externalsecrets/references.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "base/task.hpp"
#include "json/describe.hpp"
#include "kube/object.hpp"
#include "net/http.hpp"
#include "providers/gate.hpp"

namespace rotor {
class MetricsRegistry;
}

namespace rotor::providers {

using api::es::RemoteRef;

enum class Capability : std::uint8_t { kReadOnly, kWriteOnly, kReadWrite };
std::string_view to_string(Capability capability);  // as in the store's status

enum class Maintenance : std::uint8_t { kMaintained, kNotMaintained, kDeprecated };

// The outcome of SecretsClient::validate. kUnknown with an error leaves the store Ready (reason ValidationUnknown).
enum class Validity : std::uint8_t { kReady, kUnknown, kError };
struct Validation {
  Validity validity = Validity::kReady;
  std::optional<Error> error{};
};

struct FindRequest {
  std::optional<std::string> path{};
  std::optional<std::string> name_regexp{};
  std::optional<kube::StringMap> tags{};
  std::string conversion_strategy{};
};

// What of a Kubernetes Secret goes where.
struct PushSource {
  SecretMap data;
  std::string type;
  kube::StringMap labels;
  kube::StringMap annotations;
};
struct PushTarget {
  std::string secret_key;  // empty: the whole Secret
  std::string remote_key;
  std::string property;
  json::Raw metadata;  // spec.data[].metadata, as written
};

// One store as seen by one consumer. Lives for one reconcile; what should outlive it (tokens, connections) the Provider
// keeps. Every error but kNotFound is "could not find out": kNotFound only where the back end stated that the secret
// (or the property in it) does not exist, because deletionPolicy acts on it. Error texts never quote a payload.
class SecretsClient {
 public:
  virtual ~SecretsClient() = default;

  // Are the credentials and the address good? Reads no secret.
  virtual Task<Validation> validate() = 0;

  virtual Task<Result<SecretBytes>> get_secret(RemoteRef ref) = 0;

  // The members of one remote secret (dataFrom.extract).
  virtual Task<Result<SecretMap>> get_secret_map(RemoteRef ref) = 0;

  // All secrets that match (dataFrom.find); name → value.
  virtual Task<Result<SecretMap>> get_all(FindRequest find) = 0;

  virtual Task<Result<void>> push(PushSource source, PushTarget target) = 0;
  virtual Task<Result<void>> remove(std::string remote_key, std::string property) = 0;
  virtual Task<Result<bool>> exists(std::string remote_key, std::string property) = 0;

  virtual Task<> close();  // nothing by default
};

// The store a client is for.
struct Store {
  std::string kind;  // SecretStore, ClusterSecretStore
  std::string ns;    // empty for a ClusterSecretStore
  std::string name;
  std::string uid;
  std::int64_t generation = 0;
  std::string provider;                         // the property under spec.provider
  json::Raw config;                             // its value, as written: each provider reads its own block
  std::optional<std::int32_t> max_retries{};    // spec.retrySettings.maxRetries
  std::optional<std::string> retry_interval{};  // spec.retrySettings.retryInterval, Go duration text
};

struct StoreContext {
  Store store;
  std::string consumer_ns;  // empty while a ClusterSecretStore is validated: answer Unknown when credentials need it
  ReferenceGate& gate;      // outlives the client
  // May a namespaced store use the controller's own cloud identity? When not, the error names the flag
  // --allow-controller-identity. A ClusterSecretStore always may.
  bool allow_controller_identity = false;

  Scope scope() const { return {store.kind, consumer_ns}; }
};

// Clients per TLS configuration, made once and kept. Outlives every provider.
class HttpClients {
 public:
  virtual ~HttpClients() = default;
  virtual Result<std::shared_ptr<net::HttpClient>> get(net::TlsConfig tls) = 0;
};
std::unique_ptr<HttpClients> make_http_clients(Executor executor, Clock& clock, std::string user_agent);

// Feeds externalsecret_provider_api_calls_count{provider,call,status}.
class CallCounter {
 public:
  virtual ~CallCounter() = default;
  virtual void count(std::string_view provider, std::string_view call, bool success) = 0;
};
std::unique_ptr<CallCounter> make_call_counter(MetricsRegistry& registry);

// What every provider gets when it is made; all of it outlives the provider.
struct Services {
  Executor executor;
  Clock& clock;
  HttpClients& http;
  CallCounter& calls;
  // Environment variables, handed in so that tests have none. nullopt: not set.
  std::function<std::optional<std::string>(std::string_view name)> environment;
};

class Provider {
 public:
  virtual ~Provider() = default;

  virtual Capability capability() const = 0;
  virtual Maintenance maintenance() const { return Maintenance::kMaintained; }

  // Static checks of the store's block: no I/O. Returns warnings for the admission answer.
  virtual Result<std::vector<std::string>> validate_store(const Store& store) const = 0;

  // May log in. An error here is reported as "unable to create client".
  virtual Task<Result<std::unique_ptr<SecretsClient>>> make_client(StoreContext context) = 0;
};

// A row of the registration table.
struct ProviderRow {
  std::string_view name;  // the property under spec.provider
  std::unique_ptr<Provider> (*make)(const Services& services);
};

class ProviderRegistry {
 public:
  ProviderRegistry() = default;
  ProviderRegistry(std::initializer_list<ProviderRow> rows, const Services& services);

  void add(std::string name, std::unique_ptr<Provider> provider);
  // Answers for every store of every provider, known or not (a values file).
  void set_stand_in(std::unique_ptr<Provider> provider) { stand_in_ = std::move(provider); }

  Provider* find(std::string_view name) const;  // null: not registered

 private:
  std::map<std::string, std::unique_ptr<Provider>, std::less<>> providers_;
  std::unique_ptr<Provider> stand_in_;
};

}  // namespace rotor::providers
