// What runs of generators left behind at servers: on record as GeneratorState objects beside the ExternalSecret, and
// taken back once a later run has replaced it, or when the ExternalSecret goes. Apart from the other watches: nobody
// waits for its kind to be served.
#pragma once

#include <set>
#include <vector>

#include "api/generators/generator_state.hpp"
#include "generators/generators.hpp"
#include "kube/runtime/cache.hpp"
#include "kube/runtime/first_seen.hpp"
#include "kube/runtime/queue.hpp"
#include "kube/shards/ownership.hpp"
#include "providers/gate.hpp"
#include "secrets/left_behind.hpp"
#include "secrets/options.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

class GeneratorStates {
 public:
  GeneratorStates(kube::Client& client, Clock& clock, const generators::Generators& generators,
                  providers::ReferenceGate& gate, const Options& options, MetricsRegistry& metrics,
                  kube::Ownership& ownership);

  // Until cancelled.
  Task<> run();

  void divided(const kube::ShardChange& change);

  // After a good pass: `left` goes on record, and of what is on record for an item all but the newest comes to its end.
  Task<> keep(ExternalSecretPtr es, std::vector<LeftBehind> left);
  // After any other: nobody will use it.
  Task<> take_back(ExternalSecretPtr es, std::vector<LeftBehind> left);

 private:
  using State = api::gen::GeneratorState;
  using StatePtr = std::shared_ptr<const State>;

  kube::Key owner_of(const kube::Key& state) const;
  void forget(const kube::Key& state);
  Duration seen_for(const State& state);
  Duration left_until(WallTime deadline, const State& state);
  bool can_take_back(const State& state) const;
  Task<kube::Outcome> reconcile(kube::Key key);
  Task<kube::Outcome> let_go(StatePtr state);
  Task<Result<void>> clean_up(std::string ns, LeftBehind left);
  Task<Result<void>> record(ExternalSecretPtr es, LeftBehind left, bool used);
  Task<Result<void>> patch(StatePtr state, std::string patch);
  Task<> end_replaced(ExternalSecretPtr es, std::size_t item);

  kube::Client& client_;
  Clock& clock_;
  const generators::Generators& generators_;
  providers::ReferenceGate& gate_;
  const Options& options_;
  kube::Cache<State> states_;
  kube::FirstSeen deadlines_{[this](const kube::Key& state) { return states_.get(state) != nullptr; }};
  std::set<kube::Key> unused_;  // what no Secret ever had: it goes at once
  kube::Queue queue_;
};

// The label that says of which item of which ExternalSecret a state is.
inline constexpr std::string_view kStateOwnerLabel = "generators.external-secrets.io/owner-key";
std::string state_owner_key(const kube::Key& external_secret, std::size_t item);

inline constexpr std::string_view kStateFinalizer = "generatorstate.externalsecrets.io/finalizer";

}  // namespace rotor::secrets
