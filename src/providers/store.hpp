// The store a client is made for, and on whose behalf.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "json/describe.hpp"
#include "providers/gate.hpp"

namespace rotor::providers {

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

}  // namespace rotor::providers
