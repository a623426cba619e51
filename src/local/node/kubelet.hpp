// The kubelet of `rotor run`: each pod of this node becomes a process. It starts and restarts it, stops it when the pod
// is deleted, tells the API server that the pod may go, and keeps the pod's status true.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "api/core/pod.hpp"
#include "kube/client/client.hpp"
#include "kube/runtime/cache.hpp"
#include "kube/runtime/queue.hpp"
#include "local/node/launch.hpp"
#include "local/node/pod_run.hpp"
#include "local/node/prober.hpp"
#include "local/node/proofs.hpp"
#include "local/node/reloads.hpp"
#include "local/stopping.hpp"
#include "local/timeline.hpp"

namespace rotor::local {

// Everything referred to outlives it. Runs on the I/O thread.
class Kubelet {
 public:
  Kubelet(Executor executor, kube::Client& client, Clock& clock, Guardian& guardian, Timeline& timeline,
          NodeOptions options, kube::Cache<api::Pod>& pods, Proofs& proofs);
  ~Kubelet();

  Task<> run();   // until cancelled
  Task<> stop();  // every process at once; returns when all are gone
  std::vector<Pending> running() const;
  void hurry();  // no more grace

 private:
  using PodPtr = std::shared_ptr<const api::Pod>;
  using RunPtr = std::shared_ptr<PodRun>;  // a coroutine that waits holds its own: what is stopped may leave the map

  Task<kube::Outcome> reconcile(kube::Key key);
  Task<kube::Outcome> start(RunPtr run, PodPtr pod);
  Task<kube::Outcome> finish(RunPtr run, PodPtr pod);
  Task<kube::Outcome> keep(RunPtr run, PodPtr pod);
  Task<Result<void>> report(RunPtr run, PodPtr pod);
  static Task<> follow(RunPtr run, std::shared_ptr<Process> process, std::weak_ptr<Kubelet*> kubelet);
  RunPtr find(const kube::Key& key) const;
  void tell_to_stop(PodRun& run, const PodPtr& pod);
  void note_end(PodRun& run, Exit exit);
  Task<Result<Launch>> plan(RunPtr run, PodPtr pod);
  Task<Result<std::shared_ptr<Process>>> launch(RunPtr run, Command command);
  void ask(const RunPtr& run, Probes probes);
  bool take(const RunPtr& run, const ProbeNews& news);
  void say_notes(PodRun& run, const std::vector<std::string>& notes);
  void let_go(const kube::Key& pod);
  void wake_waiting(const kube::Key& changed, bool secret);
  void say(const PodRun& run, std::string_view text) { timeline_.say(run.subject, text); }

  Executor executor_;
  kube::Client& client_;
  Clock& clock_;
  Guardian& guardian_;
  Timeline& timeline_;
  NodeOptions options_;
  kube::Cache<api::Pod>& pods_;
  Proofs& proofs_;
  Reloads reloads_;
  kube::Cache<kube::PartialObject> secrets_;
  kube::Cache<kube::PartialObject> config_maps_;
  kube::Queue queue_;
  std::map<kube::Key, RunPtr> runs_;
  std::map<std::string, int> starts_;           // by subject
  std::map<std::string, std::uint16_t> ports_;  // of gateways, which keep theirs
  std::set<std::string> said_;                  // notes, with the subject before them
  std::shared_ptr<net::HttpClient> http_;       // asks probes
  std::shared_ptr<Kubelet*> self_;              // for follow(), which may outlive us
  bool stopping_ = false;
};

}  // namespace rotor::local
