// The controller of ClusterExternalSecrets: which one is looked at when, and a pass over its namespaces.
#pragma once

#include <set>
#include <string>

#include "kube/events/events.hpp"
#include "kube/runtime/queue.hpp"
#include "kube/runtime/signal.hpp"
#include "secrets/cluster/act.hpp"
#include "secrets/cluster/metrics.hpp"
#include "secrets/cluster/report.hpp"

namespace rotor::secrets::cluster {

class ClusterController {
 public:
  ClusterController(const Executor& executor, const Parts& parts, MetricsRegistry& metrics);

  // Until cancelled. Start it when the World is ready: what it does not know would be taken for missing.
  Task<> run();
  // The caches, until cancelled.
  Task<> watch();
  // Is everything listed, or nothing there to list?
  bool ready() const { return world_.ready() || world_.waiting_for_crd(); }
  std::vector<std::string> troubles() const {
    return world_.waiting_for_crd() ? std::vector<std::string>() : world_.troubles();
  }

  void divided(const kube::ShardChange& change);
  // From the World's listener `child`.
  void child_changed(const kube::Key& external_secret, const std::string& owner_before, const std::string& owner_after);

 private:
  void parent_changed(const kube::Key& key, const ClusterExternalSecretPtr& now);
  void namespace_changed(const NamespacePtr& before, const NamespacePtr& after);
  Task<kube::Outcome> reconcile(kube::Key key);
  Task<kube::Outcome> pass(std::string name);
  Task<Result<bool>> look_again(ClusterExternalSecretPtr parent);
  Task<Findings> look_everywhere(Course course);
  Task<kube::Outcome> finish_clean_up(Course course, Findings findings);

  Parts p_;
  ClusterWorld world_;
  ClusterMetrics metrics_;
  std::unique_ptr<kube::EventRecorder> events_;
  kube::Queue queue_;
  kube::Signal everything_listed_;
  std::set<std::string> unreadable_;
};

}  // namespace rotor::secrets::cluster
