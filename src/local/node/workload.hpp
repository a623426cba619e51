// What to do about a StatefulSet and its one pod, and about a pod and its one process: pure decisions, table-tested.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/duration.hpp"

namespace rotor::local {

// As the StatefulSet controller sees it.
struct SetInput {
  bool exists = false;
  bool deleting = false;  // then its pods are the garbage collector's, or are to be orphaned
  bool wants_pod = false;
  bool replaces = true;  // updateStrategy RollingUpdate; OnDelete leaves it to the user
  enum class Pod : std::uint8_t { kNone, kOurs, kOrphan, kForeign } pod = Pod::kNone;
  bool pod_terminating = false;
  bool pod_current = false;  // made from the template as it is now
};

enum class SetAction : std::uint8_t { kNothing, kCreate, kAdopt, kReplace, kRemove };

SetAction decide(const SetInput& in);

// Where the process of a pod stands, as the kubelet sees it.
enum class ProcessState : std::uint8_t {
  kNone,     // never started
  kWaiting,  // could not be started; why is in the pod's status
  kRunning,
  kEnding,  // told to stop, or ended by itself and what it left behind is on its way
  kExited,  // ended by itself: restarted after its back-off
};

struct PodInput {
  bool exists = false;       // the Pod object, with the uid that the process was started for
  bool terminating = false;  // it has a deletionTimestamp
  bool finished = false;     // we have told the API server that the process is gone
  ProcessState state = ProcessState::kNone;
  SteadyTime not_before{};  // an exited process is not restarted earlier
  SteadyTime now{};
  bool once = false;  // what ended is let be
};

enum class PodAction : std::uint8_t {
  kNothing,
  kStart,
  kWait,    // until not_before
  kStop,    // and come again when it is gone
  kFinish,  // nothing runs any more: the object may go
  kForget,  // neither object nor process are left
};

PodAction decide(const PodInput& in);

// How long an exited container rests before its restart number `restarts` (from 1): at once, then 10 s doubling to five
// minutes. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
Duration crash_back_off(int restarts);

// After running this long the back-off begins anew.
inline constexpr Duration kStableAfter = std::chrono::minutes(10);

}  // namespace rotor::local
