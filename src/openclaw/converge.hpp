// The rows of the table, made true for one instance: gather what is there, decide, act.
#pragma once

#include <string>
#include <string_view>

#include "kube/events/events.hpp"
#include "openclaw/applier.hpp"
#include "openclaw/managed.hpp"

namespace rotor::openclaw {

// Under the name that a row gives its object.
struct Standing {
  bool there = false;
  LivePtr live{};  // null for a Secret, too: of those nothing but their existence is known
};

enum class Step : std::uint8_t { kLeave, kApply, kMake, kRemove };

// `desired`: what the row's build() says; empty for other rows. kInvalid when somebody else's controller owns what
// stands in the way of ours.
Result<Step> decide_step(const ManagedKind& kind, Place place, const Standing& standing, std::string_view desired,
                         std::string_view owner_uid);

// kInvalid when another controller than `owner_uid` owns the object.
Result<void> check_owner(const kube::Resource& resource, const LiveObject& object, std::string_view owner_uid);

class Converger {
 public:
  Converger(Applier& applier, View& view, kube::EventRecorder& events, ManagedKinds kinds)
      : applier_(applier), view_(view), events_(events), kinds_(kinds) {}

  // First what is made once: a token that was just made is part of the surroundings of the rest.
  Task<Result<void>> make(InstancePtr instance);
  Task<Result<void>> keep(InstancePtr instance, SurroundingsPtr around);

 private:
  Task<Result<Standing>> gather(const ManagedKind* kind, Place place, kube::Key key);
  Task<Result<void>> converge(const ManagedKind* kind, InstancePtr instance, SurroundingsPtr around);
  Task<Result<void>> make(const ManagedKind* kind, kube::Key key, InstancePtr instance);

  Applier& applier_;
  View& view_;
  kube::EventRecorder& events_;
  ManagedKinds kinds_;
};

}  // namespace rotor::openclaw
