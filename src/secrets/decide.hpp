// What one pass over an ExternalSecret has to do. Pure: a table of cases is its test.
#pragma once

#include <optional>
#include <string>

#include "api/externalsecrets/external_secret.hpp"
#include "base/duration.hpp"
#include "secrets/target.hpp"

namespace rotor::secrets {

struct SyncInput {
  const api::es::ExternalSecret& es;
  const Target* target;  // null: there is no Secret of that name that we know of
  WallTime now;
  bool ours;           // false: a store of another controller class, or a kind of store this process does not serve
  bool asked = false;  // its store said that values changed
  Duration least_interval = std::chrono::seconds(1);
};

enum class SyncAction : std::uint8_t {
  kIgnore,   // not ours: no status, no retry
  kCleanUp,  // being deleted: let go of it
  kRefuse,   // cannot be honoured: say so, wait for an edit
  kSkip,     // up to date
  kRefresh,  // read the values and write the Secret
};

struct Decision {
  SyncAction action;
  std::string why;  // log; for kRefuse the condition's message
  bool add_finalizer = false;
  Duration interval{};
  std::string note{};  // what the Ready condition says besides; empty for an ordinary object
};

Decision decide_sync(const SyncInput& in);

}  // namespace rotor::secrets
