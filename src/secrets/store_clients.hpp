// The clients of the stores that an ExternalSecret names: looked up, checked and opened.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/task.hpp"
#include "secrets/client_source.hpp"
#include "secrets/parts.hpp"
#include "secrets/store_view.hpp"

namespace rotor::secrets {

// At most one client per store, for one pass. close() before it is destroyed.
class StoreClients final : public ClientSource {
 public:
  StoreClients(const Parts& parts, std::string consumer_ns) : p_(parts), consumer_ns_(std::move(consumer_ns)) {}

  // Checks in the API's order: there, ours, allowed for this namespace, Ready.
  Task<Result<providers::SecretsClient*>> get(api::es::StoreRef ref) override;
  Task<> close();

 private:
  Task<Result<void>> check_allowed(StoreViewPtr store);
  Task<Result<std::unique_ptr<providers::SecretsClient>>> open(StoreViewPtr store);

  Parts p_;
  std::string consumer_ns_;
  std::map<std::string, std::unique_ptr<providers::SecretsClient>> clients_;  // by kind/name
};

}  // namespace rotor::secrets
