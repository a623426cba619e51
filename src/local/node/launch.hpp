// From a pod to the command of its process: the container's environment out of Secrets and ConfigMaps, its words, and
// what the caller gave instead.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/core/pod.hpp"
#include "base/duration.hpp"
#include "kube/client/client.hpp"
#include "local/node/command.hpp"
#include "local/node/environment.hpp"
#include "local/node/foreseen.hpp"
#include "local/node/output.hpp"
#include "local/node/pod_observer.hpp"
#include "local/node/pod_storage.hpp"
#include "local/node/probes.hpp"

namespace rotor::local {

// A command that tries new values before the process that has the old ones is stopped.
struct ProofOptions {
  std::string command{};  // for a shell; empty: new values are taken over untried
  Duration deadline = std::chrono::minutes(2);
};

struct NodeOptions {
  std::vector<std::string> command{};  // for every instance; empty: what the container says
  Environment base{};                  // under every process's own environment
  PodMode mode = PodMode::kKeepRunning;
  PodObserver* observer = nullptr;  // told what becomes of each pod; needed for kResolveOnly
  PodStorage* storage = nullptr;    // homes and volumes; none: a process has the paths of its container
  Output* output = nullptr;         // none: a process writes where Rotor does
  ProofOptions proof{};
  FolderNames folders{};  // kResolveOnly: of `storage`
};

struct Launch {
  Command command;
  std::uint16_t gateway = 0;                    // where OpenClaw's gateway will listen; 0: it is none
  std::string reload_values{}, reload_tools{};  // as of LaidOut
  Probes probes{};                              // that the command is there to answer
  std::vector<std::string> notes{};             // what is otherwise than in a cluster, for the person at the terminal
};

// `port`: for a gateway. kNotFound, kInvalid: the pod waits for what the message names.
Task<Result<Launch>> launch_of(kube::Client& client, std::shared_ptr<const api::Pod> pod, NodeOptions options,
                               std::uint16_t port);

}  // namespace rotor::local
