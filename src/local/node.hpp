// The node of `rotor run`: each StatefulSet's one pod becomes a process on this machine. Plays the part of the
// StatefulSet controller (a changed template replaces the pod) and of the kubelet (environment, restarts, status).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/apps/stateful_set.hpp"
#include "kube/cache.hpp"
#include "kube/client.hpp"
#include "kube/queue.hpp"
#include "local/environment.hpp"
#include "local/pod_objects.hpp"
#include "local/pod_observer.hpp"
#include "local/process.hpp"
#include "local/stopping.hpp"
#include "local/timeline.hpp"
#include "local/workload.hpp"

namespace rotor::local {

struct NodeOptions {
  std::vector<std::string> command{};  // for every instance; empty: what the container says
  Environment base{};                  // under every process's own environment
  PodMode mode = PodMode::kKeepRunning;
  PodObserver* observer = nullptr;  // told what becomes of each pod; needed for kResolveOnly
};

// Everything referred to outlives the node. Runs on the I/O thread.
class Node {
 public:
  Node(Executor executor, kube::Client& client, Clock& clock, Guardian& guardian, Timeline& timeline,
       NodeOptions options);
  ~Node();

  Task<> run();   // until cancelled
  Task<> stop();  // every process: SIGTERM, grace, SIGKILL

  std::vector<Pending> running() const;
  void kill_now();  // every process: SIGKILL

 private:
  struct Slot {
    ProcessState state = ProcessState::kNone;
    std::unique_ptr<Process> process;
    std::string revision;
    std::string pod_revision;  // of the Pod object that stands in the API server; empty: none
    SteadyTime not_before{};
    SteadyTime started{};
    PodFacts facts;
    References references;  // of the container, while it waits
    int starts = 0;         // processes ever started
    int epoch = 0;          // raised with each process, so that an old one's exit is not taken for the new one's
  };

  Task<kube::Outcome> reconcile(kube::Key key);
  Task<kube::Outcome> start(kube::Key key, std::shared_ptr<const api::StatefulSet> set, std::string revision);
  Task<> stop_process(kube::Key key);
  Task<Result<std::unique_ptr<Process>>> launch(kube::Key key, std::shared_ptr<const api::StatefulSet> set);
  Task<Result<EnvironmentSources>> gather(std::string ns, References references);
  Task<> watch_exit(kube::Key key, int epoch);
  void note_exit(const kube::Key& key, Exit exit);
  Task<Result<void>> report(kube::Key key, std::shared_ptr<const api::StatefulSet> set, std::string revision);
  Task<Result<void>> ensure_pod(kube::Key key, std::shared_ptr<const api::StatefulSet> set, std::string revision);
  void wake_waiting(const kube::Key& changed, bool secret);

  Executor executor_;
  kube::Client& client_;
  Clock& clock_;
  Guardian& guardian_;
  Timeline& timeline_;
  NodeOptions options_;
  kube::Cache<api::StatefulSet> sets_;
  kube::Cache<kube::PartialObject> secrets_;
  kube::Cache<kube::PartialObject> config_maps_;
  kube::Queue queue_;
  std::map<kube::Key, Slot> slots_;
  bool stopping_ = false;
};

}  // namespace rotor::local
