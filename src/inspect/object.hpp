// What `rotor status` and `rotor why` speak of: the objects a value passes on its way from a store to a process, and
// how each of them is.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/externalsecrets/store_versions.hpp"
#include "base/clock.hpp"
#include "openclaw/rollout/history.hpp"

namespace rotor::inspect {

// In the order of the way.
enum class Kind : std::uint8_t {
  kStore,
  kClusterStore,
  kClusterExternalSecret,
  kExternalSecret,
  kSecret,
  kInstance,
  kPod
};

std::string_view kind_name(Kind kind);                   // "SecretStore", …
std::optional<Kind> kind_called(std::string_view word);  // what kubectl takes for it, and `instance` and `store`
bool of_the_cluster(Kind kind);                          // it is in no namespace
std::string_view kind_words();                           // the shortest word for each, for messages

struct Id {
  Kind kind{};
  std::string ns{};  // empty for what belongs to the whole cluster
  std::string name{};
  auto operator<=>(const Id&) const = default;
  std::string text() const;  // "ExternalSecret shop/app"
};

// From good to bad. Waiting: not as it should be, and nothing that went wrong is known. Unknown: it could not be read.
enum class Health : std::uint8_t { kWell, kUnknown, kWaiting, kFailed };
std::string_view health_name(Health health);

struct Evidence {
  std::string source;  // "condition Ready", "event UpdateFailed", "status.refreshTime", …
  std::string text;
  std::string at{};  // RFC 3339; empty: not known
  friend bool operator==(const Evidence&, const Evidence&) = default;
};

// A value in the environment of a running container that its Secret has replaced since, or that of a copy which the pod
// went back to (openclaw/last_good).
struct OlderValue {
  Id secret{};
  std::string key{};        // empty: of a copy, where no record says which of its keys are older
  std::string changed{};    // when it was replaced, RFC 3339; empty: not recorded
  std::string container{};  // empty: of a copy, which whoever uses it has whenever he started
  std::string started{};    // the container, RFC 3339
  std::string version{};    // what the store calls the version that it has; empty: not known, or an older one yet
  std::string now{};        // and that of the Secret; empty: not known
  std::string copy{};       // the Secret that holds it instead; empty: none does
  friend bool operator==(const OlderValue&, const OlderValue&) = default;
};

// A key of a Secret, and who has which value of it: what a rotation ends with. A version of the store may be revoked
// once no pod that is there has it.
struct KeyUse {
  std::string key{};
  std::vector<api::es::SourceVersion> sources{};  // that its value is of; none: its store names no versions
  std::string changed{};                          // when its value was last replaced, RFC 3339; empty: not recorded
  std::string was{};                              // the version before; empty: not known
  std::vector<Id> older{};                        // pods with an older value
  std::string none_older_since{};                 // no pod that is there has an older one since; empty: one may
  friend bool operator==(const KeyUse&, const KeyUse&) = default;
};

// How one object is, as far as that can be seen from outside.
struct Finding {
  Health health = Health::kWell;
  std::string word{};        // for a column: "synced", "missing", "overdue"
  std::string sentence{};    // whole and without its end: "Secret shop/app does not exist"
  std::string detail{};      // what a table shows beside the word; empty: nothing more to say
  std::string since{};       // RFC 3339, as long as it has been so
  std::vector<Id> blames{};  // what is upstream and, when that is not well, the cause of this
  std::vector<Evidence> evidence{};

  std::string refreshed{};   // of an ExternalSecret: when its store was last read with success
  std::string next{};        // when it is read again: RFC 3339, or in words
  std::string last_error{};  // as long as it fails

  std::vector<OlderValue> older{};                // of a Pod
  std::vector<openclaw::PastRestart> restarts{};  // of an instance, the oldest first
  std::vector<KeyUse> keys{};                     // of a Secret: those of which something is known
  std::string changed{};                          // of a Secret: when one of its values was last replaced
  std::string none_older_since{};  // and since when no pod that is there has an older one; empty: one has, or unknown
};

struct Object {
  Finding finding{};
  std::vector<Id> from{};  // what it is made of, one step towards the store
};

struct Graph {
  WallTime now{};
  std::map<Id, Object> objects{};
  std::vector<std::string> unread{};  // objects that could not be looked at, and why: anything may be wrong there
  std::vector<std::string> notes{};   // what else could not be: less is known of the others
  std::string idle{};                 // that no Rotor works, and where; empty: one does, or it is not known

  const Object* find(const Id& id) const;
  // One step towards the processes.
  std::vector<Id> made_of(const Id& id) const;
  bool well() const;  // all of it, and nothing is unread
};

}  // namespace rotor::inspect
