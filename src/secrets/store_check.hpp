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

// What the Ready condition says of a good store, before any note.
inline constexpr std::string_view kStoreValidated = "store validated";

// What a look found out; the first three are of the Ready condition.
struct StoreVerdict {
  std::string status;
  std::string reason;
  std::string message;
  std::optional<Error> error{};
  bool retry = false;
  std::vector<std::string> ignored{};   // fields of the back end that nobody reads; `message` and `error` name them too
  std::vector<std::string> warnings{};  // of the back end: it works, and is probably not what was meant
  std::optional<std::string> capabilities{};
  providers::Maintenance maintenance = providers::Maintenance::kMaintained;
};
Task<StoreVerdict> check_store(Parts parts, StoreViewPtr store);

// Until the next look: the store's own interval, or the controller's.
Duration check_interval(const StoreView& store, const Options& options);

}  // namespace rotor::secrets
