// OpenClawInstances as this process keeps them: those that it works on as trees, and of those that another replica
// works on who they are.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "api/openclaw/instance.hpp"
#include "kube/runtime/cache.hpp"
#include "kube/shards/partly_kept.hpp"

namespace rotor::openclaw {

using InstancePtr = std::shared_ptr<const api::OpenClawInstance>;

// Is what stands in this namespace kept whole? Empty: all there is.
using KeptWhole = std::function<bool(const std::string& ns)>;

struct KeptInstance {
  struct Identity {
    std::string ns{}, name{}, uid{}, resource_version{};
    kube::Key key() const { return {ns, name}; }
  } metadata;
  InstancePtr whole{};
  bool unreadable = false;  // it came to this replica, and there is no tree to be had of it

  bool reduced() const { return whole == nullptr && !unreadable; }
};

class KeptInstances {
 public:
  using Cache = kube::Cache<KeptInstance>;
  // `before` and `after` are null where there is none.
  using Listener = std::function<void(const kube::Key& key, const InstancePtr& before, const InstancePtr& after)>;

  KeptInstances(kube::Client& client, Clock& clock, const kube::Namespaces& watched, KeptWhole is_whole);

  InstancePtr get(const kube::Key& key) const;  // null also of another replica's
  const std::map<kube::Key, Cache::Ptr>& all() const { return cache_.all(); }
  Result<InstancePtr> wrote(const SecretBytes& answer);
  // Hears of those that are trees, and nothing when one is only kept smaller from here on.
  void on_change(Listener listener);
  void on_broken(Cache::Broken fn);

  Cache& cache() { return cache_; }
  // How those that come to this replica are read again. Outlived by this.
  kube::PartlyKept<KeptInstance>::Rules rules(KeptWhole is_whole);

 private:
  Result<KeptInstance> read_or_mark(std::string_view instance_json) const;

  Cache cache_;
  Cache::Broken broken_;
};

}  // namespace rotor::openclaw
