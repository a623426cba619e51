// Who answers for the store that an item of an ExternalSecret names: a back end, or a values file.
#pragma once

#include "api/externalsecrets/external_secret.hpp"
#include "base/error.hpp"
#include "base/task.hpp"
#include "providers/client.hpp"

namespace rotor::secrets {

class ClientSource {
 public:
  virtual ~ClientSource() = default;
  virtual Task<Result<providers::SecretsClient*>> get(api::es::StoreRef ref) = 0;
  // How many items of the object are read at once.
  virtual std::size_t at_once() const { return 1; }
};

}  // namespace rotor::secrets
