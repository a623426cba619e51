#pragma once

#include <string>

#include "base/duration.hpp"
#include "kube/object/namespaces.hpp"
#include "openclaw/rollout/limits.hpp"

namespace rotor::openclaw {

struct ControllerOptions {
  std::string operator_namespace = "default";  // where the digest key lives
  kube::Namespaces watched{};
  int workers = 4;
  // A rotation waits until nothing changed for `quiet`, but not longer than `quiet_at_most` after the first change.
  Duration quiet = std::chrono::seconds(1);
  Duration quiet_at_most = std::chrono::seconds(10);
  // A kubelet starts a container onto a value that no environment can carry and shows the value in the pod's status, so
  // no pod is made for one. A node that refuses such a value by itself (rotor run) has its pod wait and say so.
  bool node_refuses_unusable = false;
  // Whether somebody runs the pods of Jobs. `rotor run` does not: what asks for one is told so.
  bool node_runs_jobs = true;
  // Whether the node itself tries new values before it gives them to pods (rotor run --proof).
  bool node_tries_values = false;
  // Pods that start with another value: ready ones are good after the first, others failed after the second.
  Duration proven_after = std::chrono::seconds(30);
  Duration progress_deadline = std::chrono::minutes(10);
  RolloutLimits rollouts{};
  Duration retry_at_most = std::chrono::seconds(60);  // pauses between failures grow up to this
  Duration resync = std::chrono::minutes(5);
};

}  // namespace rotor::openclaw
