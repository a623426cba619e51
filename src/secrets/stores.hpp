// The controller of SecretStores and ClusterSecretStores: which one is looked at when.
#pragma once

#include <functional>
#include <set>
#include <vector>

#include "base/task.hpp"
#include "kube/runtime/queue.hpp"
#include "secrets/credential_looks.hpp"
#include "secrets/parts.hpp"
#include "secrets/store_reporter.hpp"
#include "secrets/store_view.hpp"

namespace rotor::secrets {

class StoreController {
 public:
  // `renewed` is told of stores that were in trouble and whose credentials are others now.
  StoreController(const Parts& parts, std::function<void(const StoreView&)> renewed);
  Task<> run();
  std::vector<kube::QueueLateness> lateness() const;
  void changed(const StoreViewPtr& before, const StoreViewPtr& after);
  void divided(const kube::ShardChange& change);
  // Somebody who reads from it was refused, or could not even log in.
  void refused(const StoreName& store);

 private:
  void credentials_changed(const kube::Key& key);
  void look_on(const StoreView& checked, bool trouble, CredentialLooks::GatePtr gate);
  void forget(const kube::Key& key);
  Task<kube::Outcome> reconcile(kube::Key key);

  Parts p_;
  std::function<void(const StoreView&)> renewed_;
  StoreReporter reporter_;
  CredentialLooks looks_;
  std::set<kube::Key> refused_;  // since the last change of their credentials or the last check of the store
  kube::Queue& queue_of(const kube::Key& key) { return key.ns.empty() ? cluster_queue_ : queue_; }
  kube::Queue queue_;
  kube::Queue cluster_queue_;
};

}  // namespace rotor::secrets
