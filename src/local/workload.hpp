// What to do about one StatefulSet and its one process: a pure decision, table-tested.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/duration.hpp"

namespace rotor::local {

// Where the process of a workload stands.
enum class ProcessState : std::uint8_t {
  kNone,  // never started, or stopped by us
  kRunning,
  kExited,   // ended by itself: restarted after its back-off
  kWaiting,  // could not be started yet; why is in the pod's status
};

struct WorkloadInput {
  bool wanted = false;   // the StatefulSet exists, is not being deleted and has a replica
  std::string revision;  // of the pod template now
  ProcessState state = ProcessState::kNone;
  std::string running_revision;
  SteadyTime not_before{};  // an exited process is not restarted earlier
  SteadyTime now{};
  bool once = false;  // what ended, or runs, is let be
};

enum class WorkloadAction : std::uint8_t {
  kNothing,
  kStart,
  kRestart,  // stop, then start with the new template
  kStop,
  kWait,  // until not_before
};

WorkloadAction decide(const WorkloadInput& in);

// How long an exited container rests before its restart number `restarts` (from 1): at once, then 10 s doubling to five
// minutes. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
Duration crash_back_off(int restarts);

// After running this long the count of restarts begins anew.
inline constexpr Duration kStableAfter = std::chrono::minutes(10);

}  // namespace rotor::local
