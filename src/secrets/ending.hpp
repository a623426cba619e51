// How a pass over an ExternalSecret can end, and what the Ready condition says of each ending.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "kube/runtime/queue.hpp"

namespace rotor::secrets {

enum class Ending : std::uint8_t {
  kSynced,
  kRetained,        // nothing was fetched: what is there stays
  kDeleted,         // nothing was fetched, and that is what the Secret became
  kMissing,         // there is no Secret to merge into
  kRefused,         // it cannot be read: only an edit can help
  kNotFetched,      // a store has no answer, or none that can be used
  kNotWritten,      // not rendered, or not taken by the API server
  kOwnedByAnother,  // by another ExternalSecret
  kOwnedOtherwise,  // by a controller of another kind
  kImmutable,       // and not what it should be
  kNotDeleted,      // nothing was fetched, and the Secret is not ours to delete
  kOrphansLeft,     // the Secret of an earlier name is still there
  kInvalidTarget,   // spec.target.manifest names nothing that can be written here
  kTargetUnread,    // the object of spec.target.manifest cannot be read, or its kind is not there
  kNotRendered,     // the object of spec.target.manifest cannot be made
  kNotOurs,         // a generator it names is served by another controller: nothing is told
  kOvertaken,       // somebody else wrote in between: nothing is told, the next pass sees what they wrote
};

// What an ExternalSecret writes: a Secret, or the object that spec.target.manifest names.
enum class TargetKind : std::uint8_t { kSecret, kObject };

// What the Ready condition says.
struct ReadyWords {
  bool ready = false;
  std::string reason;
  std::string message;
};
// The message of kRefused is the refusal, which the caller knows.
ReadyWords ready_words(Ending ending, TargetKind target = TargetKind::kSecret);

// An ending that is no good one: why, and what becomes of the object.
struct SyncFailure {
  Ending ending;
  Error error;
  kube::Outcome then = kube::Outcome::failed();  // done(): nothing but an edit can help
};
template <class T>
using Synced = std::expected<T, SyncFailure>;

// After a failed call about the target; `context`: "could not create secret a".
SyncFailure write_failure(Error error, std::string_view context);

}  // namespace rotor::secrets
