// What a back end is to the rest of the house. A provider is a folder with one Provider and one row in the registration
// table (cli/providers.cpp); no provider knows another, all may use the workshop in common/.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/task.hpp"
#include "json/describe.hpp"
#include "providers/client.hpp"
#include "providers/services.hpp"
#include "providers/store.hpp"

namespace rotor::providers {

enum class Capability : std::uint8_t { kReadOnly, kWriteOnly, kReadWrite };
std::string_view to_string(Capability capability);  // as in the store's status

enum class Maintenance : std::uint8_t { kMaintained, kNotMaintained, kDeprecated };

class Provider {
 public:
  virtual ~Provider() = default;

  virtual Capability capability() const = 0;
  virtual Maintenance maintenance() const { return Maintenance::kMaintained; }

  // What spec.provider.NAME may hold; null: anything.
  virtual json::TypeRef block() const { return nullptr; }

  // Static checks of the store's block: no I/O. Returns warnings for the admission answer.
  virtual Result<std::vector<std::string>> validate_store(const Store& store) const = 0;

  // How many calls a second a store is given on average where nobody says otherwise: about half of what its vendor lets
  // an account have by default (docs/refreshing.md has the sources). 0: as many as come.
  virtual int calls_per_second(const Store& store) const;

  // Are values that are read together fewer calls than one by one? Then consumers are refreshed together.
  virtual bool batches() const { return false; }

  // May log in. An error here is reported as "unable to create client".
  virtual Task<Result<std::unique_ptr<SecretsClient>>> make_client(StoreContext context) = 0;

  // Before the process ends, when no client is left: what logins hold at the store is given back. May take as long as
  // it likes; nobody waits long for it.
  virtual Task<> close() { co_return; }
};

}  // namespace rotor::providers
