// Deciding about the StatefulSet of an instance: what is written now, and what waits. Pure.
#pragma once

#include <optional>
#include <string>

#include "openclaw/memory.hpp"
#include "openclaw/options.hpp"
#include "openclaw/workload_sight.hpp"

namespace rotor::openclaw {

struct WorkloadPlan {
  RotationDecision rotation;
  QuietPeriod quiet;             // the burst of changes after this look
  std::optional<Duration> wait;  // the quiet period is not over: the marks stay as they are
  bool rotates = false;          // what is written restarts the pods for the Secrets in `rotation.changed`

  std::string text;     // to apply; empty: pods would start onto an unusable value, so nothing is written
  bool writes = false;  // applying `text` would change something
  Applied marks;        // what the StatefulSet has of us once `text` is there; the uid is known then

  bool blind = false;  // something could not be read: to be looked at again soon
};

WorkloadPlan plan_workload(const WorkloadSight& sight, const QuietPeriod& before, SteadyTime now,
                           const ControllerOptions& options);

}  // namespace rotor::openclaw
