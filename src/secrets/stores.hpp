// The controller of SecretStores and ClusterSecretStores: which one is looked at when.
#pragma once

#include <vector>

#include "base/task.hpp"
#include "kube/runtime/queue.hpp"
#include "secrets/parts.hpp"
#include "secrets/store_reporter.hpp"
#include "secrets/store_view.hpp"

namespace rotor::secrets {

class StoreController {
 public:
  explicit StoreController(const Parts& parts);
  Task<> run();
  std::vector<kube::QueueLateness> lateness() const;
  void changed(const StoreViewPtr& before, const StoreViewPtr& after);
  void divided(const kube::ShardChange& change);

 private:
  Task<kube::Outcome> reconcile(kube::Key key);

  Parts p_;
  StoreReporter reporter_;
  kube::Queue& queue_of(const kube::Key& key) { return key.ns.empty() ? cluster_queue_ : queue_; }
  kube::Queue queue_;
  kube::Queue cluster_queue_;
};

}  // namespace rotor::secrets
