// The ExternalSecret controller: gather → decide → act → report, one pass per key.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/pool.hpp"
#include "kube/client/client.hpp"
#include "kube/events/events.hpp"
#include "kube/runtime/queue.hpp"
#include "secrets/decide.hpp"
#include "secrets/metrics.hpp"
#include "secrets/options.hpp"
#include "secrets/pipeline.hpp"
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
  // A store was found usable, or looked at for the first time: who waits for it need not wait for the next retry.
  void store_judged(const StoreView& store);

  const kube::Queue& queue() const { return queue_; }

 private:
  using EsPtr = World::ExternalSecretPtr;
  using Outcome = kube::Outcome;
  Task<Outcome> reconcile(kube::Key key);
  Task<Outcome> pass(kube::Key key);
  Task<Outcome> report_unreadable(kube::Key key, std::string message);
  Task<Outcome> clean_up(EsPtr es);
  Task<Result<void>> add_finalizer(EsPtr es);
  bool waits_quietly(const api::es::ExternalSecret& es);
  Task<Outcome> refresh(EsPtr es, Decision decision, std::uint64_t ask);
  Task<Outcome> refuse(EsPtr es, std::string why);
  Task<Outcome> fail(EsPtr es, SyncFailure failure);
  Task<Result<void>> write_status(EsPtr es, api::es::ExternalSecretStatus status);

  bool ours(const api::es::ExternalSecret& es) const;
  void warn(const api::es::ExternalSecret& es, std::string message);

  Parts p_;
  Pipeline pipeline_;
  kube::Queue queue_;
  std::map<kube::Key, std::string> unreadable_;  // and why
  // To be read again before their interval is over, and by which ask: one stands until a pass that began after it is
  // good.
  std::map<kube::Key, std::uint64_t> asked_;
  std::uint64_t asks_ = 0;
  std::map<kube::Key, SteadyTime> waiting_;  // for a store, since when
};

}  // namespace rotor::secrets
