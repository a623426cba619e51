// Everything that decides what a pass over an ExternalSecret does, read at one moment and before any store is asked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "secrets/parts.hpp"
#include "secrets/pass_state.hpp"
#include "secrets/schedule/slots.hpp"
#include "secrets/target.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

struct Observed {
  ExternalSecretPtr es;      // null: it is gone. Of one that cannot be read the name alone
  TargetPtr target;          // null: there is none of that name that we know of
  bool target_known = true;  // false: a watch of its kind has listed nothing yet, so that it may be there
  TargetPtr earlier{};       // what was made once under an earlier target name, and left as it was; null: nothing
  WallTime now{};
  bool ours = true;      // false: a store of another controller class, or a kind of store this process does not serve
  Asks::Number ask = 0;  // its store said that values changed
  bool generic_targets = false;  // spec.target.manifest may be used
  Duration least_interval = std::chrono::seconds(1);
  std::string unreadable{};  // why; empty: it can be read
  // How long it may wait in silence for stores that nobody has looked at yet, and how long it has; nullopt: all were.
  std::optional<Duration> patience{};
  Duration waited{};
  Slot slot{};  // slot_of
  // Its target was made by generators for the object as it is, at that time and of that: the status may not tell it
  // yet.
  std::optional<WallTime> made{};
  std::string made_of{};                  // inputs_digest
  bool taken_back = false;                // what its target holds is worth nothing any more at the server it is of
  std::optional<Duration> since_start{};  // of the controllers; nullopt: nobody says
  std::size_t objects = 0;                // about so many are worked on here
};

// Does its back end read several values a call?
bool batches(const Parts& parts, const StoreView& store);

Observed gather(const Parts& parts, const PassState& state, const kube::Key& key);

// The Secrets that this ExternalSecret made under earlier target names.
std::vector<TargetPtr> orphans_of(const World& world, const ExternalSecret& es);

}  // namespace rotor::secrets
