// The ExternalSecret controller: gather → decide → act → report, one pass per key.
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/clock.hpp"
#include "base/pool.hpp"
#include "kube/client.hpp"
#include "kube/events.hpp"
#include "kube/queue.hpp"
#include "secrets/build.hpp"
#include "secrets/decide.hpp"
#include "secrets/fetch.hpp"
#include "secrets/metrics.hpp"
#include "secrets/options.hpp"
#include "secrets/world.hpp"

namespace rotor::secrets {

class ExternalSecretController {
 public:
  struct Parts {
    kube::Client& client;
    Clock& clock;
    World& world;
    const providers::ProviderRegistry& registry;
    providers::ReferenceGate& gate;
    kube::EventRecorder& events;
    Metrics& metrics;
    Pool& pool;
    const Options& options;
  };

  explicit ExternalSecretController(Parts parts);

  // Until cancelled. Start it when the caches are ready.
  Task<> run() { return queue_.run(); }

  void changed(const kube::Key& key, bool first_seen, const World::ExternalSecretPtr& now);
  void target_changed(const kube::Key& key) { queue_.add(key, kube::Lane::kUser); }
  void unreadable(const kube::Key& key, const Error& error);
  void values_changed();
  // A store became usable: who waits for it need not wait for the next retry.
  void store_ready(const StoreView& store);

  const kube::Queue& queue() const { return queue_; }

 private:
  using EsPtr = World::ExternalSecretPtr;
  using Outcome = kube::Outcome;
  template <class T>
  using Synced = std::expected<T, SyncFailure>;

  Task<Outcome> reconcile(kube::Key key);
  Task<Outcome> pass(kube::Key key);
  Task<Outcome> report_unreadable(kube::Key key, std::string message);
  Task<Outcome> clean_up(EsPtr es);
  Task<Result<void>> add_finalizer(EsPtr es);
  Task<Outcome> refresh(EsPtr es, Duration interval);
  Task<Synced<std::string>> sync(EsPtr es);
  Task<Synced<SecretMap>> read_values(EsPtr es);
  Task<Synced<void>> delete_orphans(EsPtr es);
  Task<Synced<tmpl::SecretParts>> render(EsPtr es, SecretMap values);
  Task<Synced<void>> write_target(EsPtr es, tmpl::SecretParts parts);
  Task<Synced<void>> overwrite(EsPtr es, Synced<Desired> desired);
  Task<Synced<void>> create(EsPtr es, api::Secret secret);
  Task<Synced<void>> update(EsPtr es, api::Secret secret);
  Task<Synced<World::TargetPtr>> take_over(EsPtr es);
  Task<Outcome> refuse(EsPtr es, std::string why);
  Task<Outcome> fail(EsPtr es, SyncFailure failure);
  Task<Result<void>> write_status(EsPtr es, api::es::ExternalSecretStatus status);

  tmpl::Environment environment() const;
  bool ours(const api::es::ExternalSecret& es) const;
  void event(const api::es::ExternalSecret& es, kube::EventRecorder::Type type, std::string reason,
             std::string message);

  Parts p_;
  kube::Queue queue_;
  std::map<kube::Key, std::string> unreadable_;  // and why
  std::set<kube::Key> values_changed_;           // since they were read last
};

}  // namespace rotor::secrets
