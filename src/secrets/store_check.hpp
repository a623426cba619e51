// Looks at a store as its provider sees it: is the back end there, and does it take our credentials?
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "base/task.hpp"
#include "secrets/parts.hpp"
#include "secrets/store_view.hpp"

namespace rotor::secrets {

// What the Ready condition says of a good store.
inline constexpr std::string_view kStoreValidated = "store validated";
// The reason of one that is taken for good because its back end could not tell; an event of that reason says why.
inline constexpr std::string_view kNotJudged = "ValidationUnknown";

// What a look found out; the first three are of the Ready condition.
struct StoreVerdict {
  std::string status;
  std::string reason;
  std::string message;
  std::optional<Error> error{};
  bool retry = false;
  bool untold = false;                  // the condition stays what it is
  std::vector<std::string> ignored{};   // fields of the back end that nobody reads; `error` names them too
  std::vector<std::string> warnings{};  // of the back end: it works, and is probably not what was meant
  std::string remark{};                 // what there is to say besides of a good store
  std::optional<std::string> capabilities{};
  providers::Maintenance maintenance = providers::Maintenance::kMaintained;
};
// Its credentials are read through `gate`, which outlives the look.
Task<StoreVerdict> check_store(Parts parts, StoreViewPtr store, providers::ReferenceGate& gate);

// Until the next look: the store's own interval, or the controller's.
Duration check_interval(const StoreView& store, const Options& options);

}  // namespace rotor::secrets
