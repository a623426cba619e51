// What a pass over an ExternalSecret has to do. Pure: a table of cases is its test.
#pragma once

#include <string>

#include "base/duration.hpp"
#include "secrets/ending.hpp"
#include "secrets/gather.hpp"

namespace rotor::secrets {

enum class SyncAction : std::uint8_t {
  kIgnore,    // not ours: no status, no retry
  kCleanUp,   // being deleted: let go of it
  kRefuse,    // cannot be honoured: say so, wait for an edit
  kSkip,      // up to date
  kWait,      // a store it names is about to be there
  kOnRecord,  // its Secret was made as it wants, and only its status does not say so
  kAround,    // its values stay; what stands around them is not what it wants any more
  kMove,      // made once, under an earlier target name: the values move to the new one
  kLater,     // overdue since before this process began: its turn comes, see `later`
  kRefresh,   // read the values and write the Secret
};

struct Decision {
  SyncAction action;
  std::string why;  // for kRefuse the message of the event
  bool add_finalizer = false;
  bool repair = false;  // its target is not what the last sync left: it wants what the store holds now
  Duration interval{};
  Duration later{};           // of kLater: in so long
  std::string note{};         // what is remarked on besides; empty for an ordinary object
  std::string window_note{};  // the same of spec.syncWindows, and a line of the log
  Ending refusal = Ending::kRefused;
};

Decision decide_sync(const Observed& seen);

}  // namespace rotor::secrets
