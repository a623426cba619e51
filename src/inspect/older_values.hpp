// Safe to revoke? Which processes still have a value that a Secret held before. Pure.
//
// The environment of a process is made when its container starts, so two times tell: that of the container and that of
// the last change of the key, which is recorded on the Secret (secrets/value_changes). Files of a mounted Secret follow
// it by themselves and are not looked at. A pod that uses a copy of a Secret has its values of when the copy was made.
#pragma once

#include <string>
#include <vector>

#include "inspect/object.hpp"
#include "inspect/sight.hpp"

namespace rotor::inspect {

// Of the containers of one pod that run now.
std::vector<OlderValue> older_values(const Sight& sight, const Pod& pod);

struct ValueUse {
  std::string changed{};    // when a value of it was last replaced; empty: not recorded, or never
  bool partial = false;     // not all keys are recorded
  std::vector<Id> older{};  // pods with an older value
  // Of pods that have one of its values: when the last of their containers started. Without `older` no pod that is
  // there has had an older value since.
  std::string newest_start{};
};
ValueUse value_use(const Sight& sight, const Id& secret);

// Key by key: its version in the store, since when, and the pods that have an older one.
std::vector<KeyUse> key_uses(const Sight& sight, const Id& secret);

}  // namespace rotor::inspect
