// Whether, and because of which Secrets, the pods of an instance are to be replaced. Pure: the whole table of cases.
//
// What counts is the value a pod was started with against the value now, never the event that led here:
//   present, same digest                        nothing
//   present, other digest                       rotate
//   present, none seen so far, required         adopt: no container can have started without it
//   present, none seen so far, optional         rotate, unless nothing of it reaches a process
//   missing, required                           keep the pods and the state; say so; replace no pod that runs
//   missing, optional, a value was adopted      rotate, unless nothing of it reached a process
//   unusable in an environment                  keep the pods and the state; say so; start no pod onto it
//   unreadable                                  keep everything; try again
//   none changed, pods were told of other ones  rotate: what pods read again while they run, and are to read once more
// A rotation waits while a required Secret is missing, unreadable or unusable, or a ConfigMap missing: a restart would
// not come up.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "openclaw/secret_references.hpp"
#include "openclaw/secret_state.hpp"

namespace rotor::openclaw {

struct ObservedSecret {
  enum class Presence : std::uint8_t { kPresent, kMissing, kUnreadable } presence = Presence::kMissing;
  std::string digest;          // empty when the digest key is not to be had
  std::string start_digest{};  // of what pods read only when they start, where that is not all; else empty
  std::string content{};       // of all of the Secret, whatever is consumed; empty: not known
  std::string resource_version;
  std::vector<std::string> missing_keys;  // required ones that a present Secret lacks, sorted
  std::string error;                      // unreadable: why
  std::string absent_digest;              // of an optional one: the digest if there were nothing of it to see
  std::vector<std::string> unusable;      // values that no process would get as they are: key, variable and why
  bool ignored = false;                   // the Secret is marked as not to cause restarts
  bool immutable = false;                 // made anew when it changed; known when it was read
  std::map<std::string, std::string, std::less<>> store_versions{};  // consumed key -> what its store calls the version
  friend bool operator==(const ObservedSecret&, const ObservedSecret&) = default;
};
using ObservedSecrets = std::map<std::string, ObservedSecret, std::less<>>;

struct RotationInput {
  const References& references;
  const ObservedSecrets& observed;  // one for each reference
  const SecretState* state;         // null: no StatefulSet yet, or one without a state of ours
  bool has_key = true;              // false: no digest key, so nothing can be compared and nothing rotates
  bool pods_start_anyway = false;   // no StatefulSet yet, or its template changes for another reason
  bool starts_pods = false;         // the write would bring pods up, be it for replicas alone
  bool replaces_pods = false;       // the write would take pods away that are there
  bool missed_before_us = false;    // taken over from another operator whose mark shows an older value
  bool lacks_config_map = false;    // pods run, and no new one would start, for a ConfigMap is missing
  bool delivery_open = false;       // pods that run were told of other values than `state` has
};

struct RotationDecision {
  enum class Action : std::uint8_t { kNothing, kAdopt, kRotate, kHold } action = Action::kNothing;
  SecretState next;                     // what to record, also for kHold (changed ones keep their entry)
  std::vector<std::string> changed;     // Secrets that call for the rotation
  std::vector<std::string> missing;     // `name` or `name (key X)`, required ones, sorted
  std::vector<std::string> unreadable;  // names
  std::vector<std::string> unusable;    // `Secret "name": key …`, each with the reason
  std::vector<std::string> frozen;      // Secrets that are immutable, or were as the pods took them: a node that shows
                                        // one to a pod may show the next pod the same, whatever the name stands for now
  bool in_place = false;                // all that changed is read again by pods that run
  bool held_back = false;               // pods would start onto an unusable value, or in place of those that run and
                                        // without a Secret or ConfigMap they need: nothing may be written
};

RotationDecision decide_rotation(const RotationInput& in);

}  // namespace rotor::openclaw
