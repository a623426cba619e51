// One pod on this node: its process and what is known about it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/cancellation_signal.hpp>

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
  SteadyTime not_before{};                                      // of the next start
  std::uint16_t gateway = 0;                                    // where the process's gateway listens
  std::shared_ptr<boost::asio::cancellation_signal> probing{};  // ends the questions to the process that runs
  bool told_to_stop = false;
  bool finished = false;  // the API server knows that the process is gone
  std::string reported;   // the status written last
};

// What becomes of the facts.
void note_started(PodRun& run, WallTime now, SteadyTime steady);
// What its probes say of the process that runs. True: it became ready, or is no longer.
bool note_probed(PodRun& run, bool started, bool ready, WallTime now);
void note_waiting(PodRun& run, std::string reason, std::string message, WallTime now);
void note_stopped(PodRun& run, Exit exit, WallTime now);
// Returns how long the container rests.
Duration note_crashed(PodRun& run, Exit exit, WallTime now, SteadyTime steady);

}  // namespace rotor::local
