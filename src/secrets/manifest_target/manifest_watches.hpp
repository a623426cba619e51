// The watches over the kinds that spec.target.manifest names: one a kind, for as long as an ExternalSecret uses it. Of
// an object its metadata and a digest are remembered, nothing that it holds.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/clock.hpp"
#include "base/task.hpp"
#include "kube/client/discovery.hpp"
#include "kube/runtime/cache.hpp"
#include "kube/runtime/signal.hpp"
#include "secrets/target.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

class ManifestWatches {
 public:
  struct Sight {
    bool known = false;  // false: nothing has been listed yet
    TargetPtr target{};  // null: there is none, as far as is known
  };
  // An ExternalSecret whose target changed, or can be seen for the first time.
  using Changed = std::function<void(const kube::Key& external_secret)>;

  ManifestWatches(kube::Client& client, Clock& clock, kube::Namespaces watched)
      : client_(client), clock_(clock), namespaces_(std::move(watched)), discovery_(client) {}
  void on_change(Changed changed) { changed_ = std::move(changed); }

  // Until cancelled; ends when all watches have ended.
  Task<> run();

  // What this ExternalSecret writes now. The watch of what it wrote before ends with its last user.
  void follow(const kube::Key& external_secret, const kube::KindName& kind, const std::string& target);
  void release(const kube::Key& external_secret);

  Sight see(const kube::Key& external_secret) const;
  Task<Result<std::optional<kube::Resource>>> find(kube::KindName kind) { return discovery_.find(std::move(kind)); }

  // An object of its target as the API server answered to our write of it.
  void wrote(const kube::Key& external_secret, Target answer);

  std::size_t size() const { return watched_.size(); }

 private:
  struct Watched;
  struct Use {
    std::shared_ptr<Watched> watched;
    kube::Key target;
  };
  static void let_go(Watched& watched);
  const Use* use_of(const kube::Key& external_secret) const;
  void start(const std::shared_ptr<Watched>& watched);
  Task<> watch(std::shared_ptr<Watched> watched);
  Task<> follow_kind(std::shared_ptr<Watched> watched);
  Task<kube::Resource> wait_for_kind(kube::KindName kind);
  void object_changed(Watched& watched, const kube::Key& object, const TargetPtr& before, const TargetPtr& after);

  kube::Client& client_;
  Clock& clock_;
  kube::Namespaces namespaces_;
  kube::Discovery discovery_;
  Changed changed_;
  std::map<kube::KindName, std::shared_ptr<Watched>> watched_;
  std::map<kube::Key, Use> uses_;     // by ExternalSecret
  std::optional<Executor> executor_;  // while run() runs
  std::optional<kube::Signal> ended_;
  std::size_t running_ = 0;
};

}  // namespace rotor::secrets
