// The clients of the stores that an ExternalSecret names: looked up, checked and opened.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/task.hpp"
#include "secrets/client_source.hpp"
#include "secrets/parts.hpp"
#include "secrets/schedule/shared_client.hpp"
#include "secrets/store_view.hpp"

namespace rotor::secrets {

// At most one client per store, for one pass; opened when nobody else's answer will do. close() before it is destroyed.
class StoreClients final : public ClientSource {
 public:
  StoreClients(const Parts& parts, std::string consumer_ns, Freshness wanted)
      : p_(parts), consumer_ns_(std::move(consumer_ns)), wanted_(wanted) {}

  // Checks in the API's order: there, ours, allowed for this namespace, Ready.
  Task<Result<providers::SecretsClient*>> get(api::es::StoreRef ref) override;
  std::size_t at_once() const override { return wanted_.at_once; }
  Task<> close();

 private:
  struct Opening {
    Turn::ObjectPtr turn = std::make_shared<Turn::Object>();  // of this store: one that hangs holds up no other
    HeldClientPtr client{};
  };

  Task<Result<void>> check_allowed(StoreViewPtr store);
  Task<Result<HeldClientPtr>> open(std::string id, StoreViewPtr store);

  Parts p_;
  std::string consumer_ns_;
  Freshness wanted_;
  std::size_t taken_ = 0;
  std::map<std::string, std::unique_ptr<SharedClient>> clients_;  // by kind/name
  std::map<std::string, Opening> opened_;
};

}  // namespace rotor::secrets
