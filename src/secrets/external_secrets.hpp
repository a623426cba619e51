// The ExternalSecret controller: which object is worked on when, and in which order a pass takes its steps.
#pragma once

#include "kube/runtime/queue.hpp"
#include "secrets/decide.hpp"
#include "secrets/gather.hpp"
#include "secrets/parts.hpp"
#include "secrets/pass_state.hpp"
#include "secrets/reporter.hpp"
#include "secrets/schedule/caps.hpp"
#include "secrets/sync.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

class ExternalSecretController {
 public:
  ExternalSecretController(const Parts& parts, GeneratorStates& states);

  // Until cancelled. Start it when the caches are ready.
  Task<> run();

  kube::QueueLateness lateness() const { return queue_.lateness(); }

  void changed(const kube::Key& key, bool first_seen, const KeptExternalSecretPtr& now);
  void target_changed(const kube::Key& key) { queue_.add(key, kube::Lane::kUser); }
  void unreadable(const kube::Key& key);
  void readable(const kube::Key& key) { state_.unreadable.erase(key); }
  void values_changed();
  // Begins with what came, and forgets what went.
  void divided(const kube::ShardChange& change);
  // A store was found usable, or looked at for the first time: who waits for it need not wait for the next retry.
  void store_judged(const StoreView& store);
  // It is another controller's no longer, or gone: who reads from it was left alone, without a time to come back.
  void store_freed(const StoreView& store);

 private:
  using Outcome = kube::Outcome;
  class Leaving;
  bool is_forced(const Observed& seen) const;
  // One of this replica's, that names the store.
  bool reads_from(const StoreView& store, const kube::Key& key, const KeptExternalSecret& es) const;
  Freshness freshness_for(const Observed& seen, const Decision& decision) const;
  std::size_t at_once(const ExternalSecret& es) const;  // how many of its items may be read
  std::optional<Outcome> wait_for_a_place(const Observed& seen);
  void forget(const kube::Key& key);
  Task<Outcome> reconcile(kube::Key key);
  Task<Outcome> pass(kube::Key key);
  void note_damage(const kube::Key& key);
  void warn_of_windows(const kube::Key& key, const std::string& note);
  Task<Outcome> act(Observed seen, Decision decision);
  Task<std::optional<Outcome>> look_again(ExternalSecretPtr es);
  Task<Outcome> clean_up(ExternalSecretPtr es);
  Task<Outcome> tell_made(Observed seen, Duration interval);
  // `earlier`: null: the Secret keeps its name.
  Task<Outcome> keep_values(ExternalSecretPtr es, TargetPtr earlier);
  Task<Outcome> refuse(ExternalSecretPtr es, Decision decision);
  Task<Outcome> refresh(Observed seen, Decision decision);

  Parts p_;
  PassState state_;
  Sync sync_;
  Reporter reporter_;
  std::shared_ptr<Caps> caps_;
  kube::Queue queue_;
};

}  // namespace rotor::secrets
