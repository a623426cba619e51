// One pod on this node: its process and what is known about it.
#pragma once

#include <memory>
#include <string>

#include "api/core/pod.hpp"
#include "local/node/environment.hpp"
#include "local/node/pod_objects.hpp"
#include "local/node/process.hpp"
#include "local/node/workload.hpp"

namespace rotor::local {

struct PodRun {
  PodRun(const api::Pod& pod, WallTime now);

  bool lives() const { return process != nullptr; }

  kube::Key key;
  std::string uid;
  std::string subject;  // who it is in the timeline: the instance
  ProcessState state = ProcessState::kNone;
  std::shared_ptr<Process> process;  // until nothing of it is left
  PodFacts facts;
  References references;            // of the container
  std::chrono::milliseconds grace;  // of its template
  int starts = 0;                   // of the container
  int crashes = 0;                  // since it last ran for long
  SteadyTime started{};
  SteadyTime not_before{};  // of the next start
  bool told_to_stop = false;
  bool finished = false;  // the API server knows that the process is gone
  std::string reported;   // the status written last
};

// What becomes of the facts.
void note_started(PodRun& run, WallTime now, SteadyTime steady);
void note_waiting(PodRun& run, std::string reason, std::string message, WallTime now);
void note_stopped(PodRun& run, Exit exit, WallTime now);
// Returns how long the container rests.
Duration note_crashed(PodRun& run, Exit exit, WallTime now, SteadyTime steady);

}  // namespace rotor::local
