// What the controller of ClusterExternalSecrets knows of the cluster besides the World: the objects themselves and the
// namespaces. Apart from it, since an installation without this kind must go on without it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "kube/runtime/cache.hpp"
#include "kube/runtime/watches.hpp"
#include "secrets/cluster/views.hpp"

namespace rotor::secrets::cluster {

class ClusterWorld {
 public:
  // Called on the I/O thread, and not for what this process wrote.
  struct Listeners {
    std::function<void(const kube::Key&, const ClusterExternalSecretPtr& now)> parent;  // null: gone
    std::function<void(const kube::Key&, const Error&)> unreadable;
    std::function<void(const NamespacePtr& before, const NamespacePtr& after)> ns;
    std::function<void()> ready;  // once
  };

  ClusterWorld(kube::Client& client, Clock& clock);
  void listen(Listeners listeners) { listeners_ = std::move(listeners); }
  Task<> run() { return watches_.run(); }
  bool ready() const { return watches_.ready(); }
  std::vector<std::string> troubles() const { return watches_.troubles(); }
  bool waiting_for_crd() const { return parents_.waiting_for_crd(); }

  ClusterExternalSecretPtr parent(const std::string& name) const { return parents_.get({"", name}); }
  const std::map<kube::Key, ClusterExternalSecretPtr>& parents() const { return parents_.all(); }
  // As they are now, what this process wrote included; in the order of their names.
  std::vector<NamespacePtr> namespaces() const;

  // The API server's answers to our writes.
  void wrote_parent(const SecretBytes& answer) { static_cast<void>(parents_.wrote(answer)); }
  void wrote_namespace(const SecretBytes& answer) { static_cast<void>(namespaces_.wrote(answer)); }

 private:
  Listeners listeners_;
  kube::Cache<ClusterExternalSecret> parents_;
  kube::Cache<kube::PartialObject> namespaces_;
  kube::Watches watches_;
};

}  // namespace rotor::secrets::cluster
