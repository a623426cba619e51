// The rows of the table, made true for one instance: gather what is there, decide, act.
#pragma once

#include <string>
#include <string_view>

#include "kube/events/events.hpp"
#include "openclaw/applier.hpp"
#include "openclaw/managed.hpp"
#include "openclaw/memory.hpp"

namespace rotor::openclaw {

// Under the name that a row gives its object.
struct Standing {
  bool there = false;
  LivePtr live{};  // null for a Secret, too: of those nothing but their existence is known
};

enum class Step : std::uint8_t { kLeave, kApply, kMake, kRemove };

// `desired`: what the row's build() says; empty for other rows. An error, as check_owner() says it, when what stands in
// the way of ours is somebody else's.
Result<Step> decide_step(const ManagedKind& kind, Place place, const Standing& standing, std::string_view desired,
                         const kube::ObjectMeta& instance);

// kInvalid when another controller than this instance owns the object; kConflict when an instance did that had the same
// name and is gone: what it leaves behind goes, too.
Result<void> check_owner(const kube::Resource& resource, const LiveObject& object, const kube::ObjectMeta& instance);

// Why the rows were not gone through to the end, and at which of them.
struct Stopped {
  Error error;
  const ManagedKind* at;
};
using Converged = std::expected<void, Stopped>;

class Converger {
 public:
  Converger(Applier& applier, View& view, kube::EventRecorder& events, ManagedKinds kinds)
      : applier_(applier), view_(view), events_(events), kinds_(kinds) {}

  // First what is made once: a token that was just made is part of the surroundings of the rest.
  Task<Converged> make(InstancePtr instance, std::shared_ptr<Memory> memory);
  // Of the instance and its surroundings, as settled; an object that is known to be as its row builds it is not built
  // again.
  Task<Converged> keep(InstancePtr instance, std::shared_ptr<Memory> memory);

 private:
  Task<Converged> each(bool (*concerns)(const ManagedKind&), InstancePtr instance, std::shared_ptr<Memory> memory);
  Task<Result<Standing>> gather(const ManagedKind* kind, Place place, kube::Key key);
  Task<Result<void>> converge(const ManagedKind* kind, InstancePtr instance, std::shared_ptr<Memory> memory);
  Task<Result<void>> apply(const ManagedKind* kind, kube::Key key, LivePtr live, std::string desired,
                           InstancePtr instance, std::shared_ptr<Memory> memory);
  Task<Result<void>> make(const ManagedKind* kind, kube::Key key, InstancePtr instance);

  Applier& applier_;
  View& view_;
  kube::EventRecorder& events_;
  ManagedKinds kinds_;
};

}  // namespace rotor::openclaw
