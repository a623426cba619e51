// What the controller remembers of an instance between passes. All of it can be found out again: after a restart of the
// operator the StatefulSet's annotation stands in for it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "openclaw/quiet_period.hpp"
#include "openclaw/rotation.hpp"
#include "openclaw/secret_references.hpp"
#include "openclaw/settled.hpp"
#include "openclaw/status.hpp"

namespace rotor::openclaw {

struct SeenSecret {
  SecretReference reference;
  ObservedSecret observed;
};

// What the StatefulSet has of us: put back when somebody else changes it.
struct Applied {
  std::string uid;              // of the StatefulSet
  std::string hash;             // the mark on its template
  std::string state;            // the text of openclaw.rocks/secret-state
  std::string template_digest;  // of the pod template by our own text; empty: not known
};

struct Memory {
  bool full_pass = true;  // something else than a Secret changed since the last pass
  References references;  // of the last pass
  std::map<std::string, SeenSecret> secrets;
  std::string token_version;  // at which the gateway's Secret was seen to have a token, or not
  bool token_usable = false;
  std::optional<SecretBytes> token;  // nothing: known to be usable, but not read
  Settled settled;
  std::set<std::string> said_findings;     // messages of events, so that each comes once
  QuietPeriod quiet;                       // the burst of changes that goes on
  std::optional<SteadyTime> secret_event;  // the first one since the last rotation or full stop
  int failed_looks = 0;                    // passes in a row that could not read something
  int conflicts = 0;                       // passes in a row that met somebody else's write
  std::string said_missing;                // so that an event comes once
  std::string said_unusable;
  std::string said_permit;
  std::string said_proof;
  std::optional<Finding> obstacle;     // what stopped the last pass, beside what its surroundings show
  bool looked_for_deployment = false;  // of an operator before ours
  Applied applied;
};

}  // namespace rotor::openclaw
