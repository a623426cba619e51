// From a pod to the command of its process: the container's environment out of Secrets and ConfigMaps, its words, and
// what the caller gave instead.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/core/pod.hpp"
#include "kube/client/client.hpp"
#include "local/node/command.hpp"
#include "local/node/environment.hpp"
#include "local/node/output.hpp"
#include "local/node/pod_observer.hpp"
#include "local/node/pod_storage.hpp"

namespace rotor::local {

struct NodeOptions {
  std::vector<std::string> command{};  // for every instance; empty: what the container says
  Environment base{};                  // under every process's own environment
  PodMode mode = PodMode::kKeepRunning;
  PodObserver* observer = nullptr;  // told what becomes of each pod; needed for kResolveOnly
  PodStorage* storage = nullptr;    // homes and volumes; none: a process has the paths of its container
  Output* output = nullptr;         // none: a process writes where Rotor does
};

// kNotFound, kInvalid: the pod waits for what the message names.
Task<Result<Command>> command_of(kube::Client& client, std::shared_ptr<const api::Pod> pod, NodeOptions options);

}  // namespace rotor::local
