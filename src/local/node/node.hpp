// The node of `rotor run`: each StatefulSet's one pod becomes a process on this machine. The StatefulSet controller
// makes and deletes pods, the kubelet runs what pods there are; they meet in the API server, as in a cluster.
#pragma once

#include "api/core/pod.hpp"
#include "kube/client/client.hpp"
#include "kube/runtime/cache.hpp"
#include "local/node/kubelet.hpp"
#include "local/node/proofs.hpp"
#include "local/node/rehearsal.hpp"
#include "local/node/stateful_sets.hpp"

namespace rotor::local {

// Everything referred to outlives the node. Runs on the I/O thread.
class Node {
 public:
  Node(Executor executor, kube::Client& client, Clock& clock, Guardian& guardian, Timeline& timeline,
       NodeOptions options);

  Task<> run();   // until cancelled
  Task<> stop();  // every process, side by side: SIGTERM, grace, SIGKILL
  std::vector<Pending> running() const { return kubelet_.running(); }
  void hurry() { kubelet_.hurry(); }  // what is being stopped has no more grace

 private:
  kube::Cache<api::Pod> pods_;
  Proofs proofs_;
  Rehearsal rehearsal_;
  StatefulSets sets_;
  Kubelet kubelet_;
};

}  // namespace rotor::local
