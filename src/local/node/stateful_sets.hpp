// The StatefulSet controller of `rotor run`: one pod for each set, replaced when the template changes. It only writes
// objects; whatever has to start or stop is the kubelet's to see.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "api/apps/stateful_set.hpp"
#include "kube/client/client.hpp"
#include "kube/runtime/cache.hpp"
#include "kube/runtime/queue.hpp"
#include "local/node/proofs.hpp"
#include "local/node/rehearsal.hpp"
#include "local/node/workload.hpp"
#include "local/timeline.hpp"

namespace rotor::local {

// Everything referred to outlives it. Runs on the I/O thread.
class StatefulSets {
 public:
  StatefulSets(kube::Client& client, Clock& clock, Timeline& timeline, kube::Cache<api::Pod>& pods, Proofs& proofs,
               Rehearsal& rehearsal, bool replaces);

  Task<> run();  // until cancelled
  void stop() { stopping_ = true; }

 private:
  using SetPtr = std::shared_ptr<const api::StatefulSet>;
  using PodPtr = std::shared_ptr<const api::Pod>;

  Task<kube::Outcome> reconcile(kube::Key key);
  Task<Result<void>> act(SetAction action, SetPtr set, PodPtr pod);
  Task<Result<void>> create(SetPtr set);
  Task<Result<void>> adopt(SetPtr set, PodPtr pod);
  Task<Result<void>> remove(PodPtr pod);
  Task<Result<void>> report(SetPtr set, PodPtr pod);
  void wake(const api::Pod& pod);
  std::optional<Duration> too_soon(const kube::Key& pod);

  kube::Client& client_;
  Clock& clock_;
  Timeline& timeline_;
  kube::Cache<api::Pod>& pods_;
  Proofs& proofs_;
  Rehearsal& rehearsal_;
  kube::Cache<api::StatefulSet> sets_;
  kube::Queue queue_;
  std::map<kube::Key, SteadyTime> gone_;  // pods that ended just now
  std::set<std::string> removed_;         // uids of pods whose deletion the watch has not shown yet
  bool replaces_;                         // a changed template replaces the pod
  bool stopping_ = false;
};

}  // namespace rotor::local
