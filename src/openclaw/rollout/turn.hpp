// Whose turn it is to restart: a table over what is under way. Pure.
#pragma once

#include <string>
#include <vector>

#include "openclaw/rollout/limits.hpp"
#include "openclaw/rotation_permit.hpp"

namespace rotor::openclaw {

// How far the new value of a Secret that many instances share has come.
struct SharedRollout {
  std::string secret;
  int sharing = 0;         // instances that consume it
  int good = 0;            // of these, run well with the new value
  int under_way = 0;       // of these, restart just now or may
  bool member = false;     // the one that asks is among those under way
  std::string stopped_by;  // the instance that failed with the new value; empty: none
  std::string why;
};

struct RolloutStanding {
  bool starts_pods = true;  // false: there are none to restart, as of a suspended instance
  bool immediate = false;   // its owner wants it now: canaries and failures of others do not hold it
  bool has_slot = false;    // it counts already
  int in_cluster = 0;       // that restart just now or may
  int in_namespace = 0;     // of these, in the instance's own
  std::vector<SharedRollout> shared{};
};

// Is this one shared by so many that canaries go first?
bool needs_canaries(int sharing, const RolloutLimits& limits);

Permit decide_turn(const RolloutStanding& standing, const RolloutLimits& limits);

}  // namespace rotor::openclaw
