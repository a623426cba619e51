// Deciding about the StatefulSet of an instance: what is written now, and what waits. Pure.
#pragma once

#include <optional>
#include <string>

#include "openclaw/memory.hpp"
#include "openclaw/options.hpp"
#include "openclaw/rotation_permit.hpp"
#include "openclaw/workload_sight.hpp"

namespace rotor::openclaw {

struct WorkloadPlan {
  RotationDecision rotation;
  QuietPeriod quiet;             // the burst of changes after this look
  std::optional<Duration> wait;  // the quiet period is not over: the marks stay as they are, and a template of ours
  bool rotates = false;          // what is written restarts the pods for the Secrets in `rotation.changed`
  bool reloads = false;          // what is written notes that pods which run were given those, and restarts nothing
  bool renews = false;           // what is written restarts them for a template that nobody edited the instance for
  Permit permit{};               // one that does not let go: marks and template stay as they are

  std::string text;                    // to apply; empty: pods would start and must not yet, so nothing is written
  bool writes = false;                 // applying `text` would change something
  std::optional<json::Value> patch{};  // does the same, where annotations are all that differs
  Applied marks;                       // what the StatefulSet has of us once `text` is there; the uid is known then

  bool held = false;   // a restart may be due, and is not made as things are
  bool blind = false;  // something could not be read: to be looked at again soon
  WishPtr wish{};      // of a plan that restarts or reloads: what is asked for on its behalf, and told of it

  bool restarts() const { return rotates || renews; }
  bool brings_values() const { return rotates || reloads; }  // those of the Secrets in `rotation.changed`
  // A template that is renewed may start pods with other values, too.
  bool tells_values() const { return wish != nullptr && !wish->changed.empty(); }
};

// What was answered to the restart that the plan without it makes, and what was asked.
struct AnsweredWish {
  Permit permit{};
  WishPtr wish{};
};
WorkloadPlan plan_workload(const WorkloadSight& sight, const QuietPeriod& before, SteadyTime now,
                           const ControllerOptions& options, AnsweredWish answered = {});

}  // namespace rotor::openclaw
