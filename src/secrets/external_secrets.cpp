#include "secrets/external_secrets.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/log.hpp"
#include "base/time.hpp"
#include "kube/client/retry.hpp"
#include "secrets/finalizer.hpp"
#include "secrets/policies.hpp"
#include "secrets/refresh_due.hpp"
#include "secrets/schedule/identity.hpp"
#include "secrets/schedule/slots.hpp"
#include "secrets/status.hpp"

namespace rotor::secrets {

using kube::Key;
using kube::Lane;
using kube::Outcome;

namespace {

constexpr std::string_view kNamespaces = "namespace/";
constexpr Duration kBetweenRepairs = std::chrono::seconds(1);
constexpr Duration kTimestampStep = std::chrono::seconds(1);  // a creationTimestamp is cut to it

// More is changed than a status, which is written under the version that was decided on.
bool goes_far(SyncAction action) {
  using enum SyncAction;
  return action == kRefresh || action == kCleanUp || action == kAround || action == kMove;
}

// Nobody had anything to do with it before.
bool is_untouched(const Observed& seen) { return !seen.target && seen.es->status.refresh_time.empty(); }

// What never synced has somebody waiting for it; the rest has its last values.
Lane lane_of(bool refreshed) { return refreshed ? Lane::kRetry : Lane::kUser; }

std::string namespace_group(const std::string& ns) { return std::string(kNamespaces) + ns; }

}  // namespace

ExternalSecretController::ExternalSecretController(const Parts& parts, GeneratorStates& states)
    : p_(parts),
      sync_(parts, states),
      reporter_(parts),
      caps_(std::make_shared<Caps>([this](const Key& key, Lane lane) { queue_.add(key, lane); })),
      queue_(parts.clock, "externalsecret", parts.options.workers,
             kube::only_owned(parts.ownership, [this](Key key) { return reconcile(std::move(key)); })) {
  queue_.measure(parts.metrics.registry());
}

void ExternalSecretController::changed(const Key& key, bool first_seen, const KeptExternalSecretPtr& now) {
  state_.unreadable.erase(key);
  if (!p_.ownership.keeps(key)) return;
  if (!now) {
    p_.metrics.external_secret_gone(key);
    return forget(key);
  }
  p_.metrics.external_secret_appeared(key);
  if (first_seen && state_.started && !now->refreshed) state_.appeared.try_emplace(key, p_.clock.steady());
  // After a restart everything is seen for the first time; only what never synced has somebody waiting for it.
  const bool background = first_seen && now->refreshed && !now->deleting && now->ready.value_or(false);
  queue_.add(key, background ? Lane::kRefresh : Lane::kUser);
}

void ExternalSecretController::forget(const Key& key) {
  queue_.forget(key);
  caps_->leave(key);
  sync_.forget(key);
  reporter_.forget(key);
  state_.forget(key);
}

void ExternalSecretController::divided(const kube::ShardChange& change) {
  for (const auto& [key, es] : p_.world.external_secrets()) {
    if (change.loses(key)) {
      p_.metrics.external_secret_handed_over(key);
      forget(key);
    } else if (change.gains(key) && state_.unreadable.contains(key)) {
      queue_.add(key, Lane::kUser);
    } else if (change.gains(key) && !es->reduced()) {
      changed(key, true, es);
    }
  }
  for (const Key& key : state_.unreadable) {
    if (change.gains(key)) queue_.add(key, Lane::kUser);
  }
}

void ExternalSecretController::unreadable(const Key& key) {
  state_.unreadable.insert(key);
  queue_.add(key, Lane::kUser);
}

void ExternalSecretController::values_changed() {
  for (const auto& [key, es] : p_.world.external_secrets()) {
    state_.asks.ask(key);
    queue_.add(key, Lane::kUser);
  }
}

bool ExternalSecretController::reads_from(const StoreView& store, const Key& key, const KeptExternalSecret& es) const {
  if (es.reduced() || !p_.ownership.keeps(key)) return false;
  return (store.cluster() || key.ns == store.metadata.ns) && es.names_store(store.kind, store.metadata.name);
}

void ExternalSecretController::store_judged(const StoreView& store) {
  p_.reads.forget_refusals(name_of(store));
  WakeUp wake_up;
  for (const auto& [key, es] : p_.world.external_secrets()) {
    const bool waits = !es->ready.value_or(false) || queue_.failures(key) > 0 || state_.waiting.contains(key);
    if (!waits || !reads_from(store, key, *es)) continue;
    queue_.add_after(key, wake_up.next(state_.waiting.contains(key)), lane_of(es->refreshed));
  }
}

void ExternalSecretController::store_freed(const StoreView& store) {
  WakeUp wake_up;
  for (const auto& [key, es] : p_.world.external_secrets()) {
    if (reads_from(store, key, *es)) queue_.add_after(key, wake_up.next(false), lane_of(es->refreshed));
  }
}

Task<> ExternalSecretController::run() {
  state_.started = p_.clock.steady();
  co_await queue_.run();
}

// The places of a pass end with it, however it ends; a parked one keeps its place in line. A pass that waited for
// another thread may be destroyed after the controller.
class ExternalSecretController::Leaving {
 public:
  Leaving(std::weak_ptr<Caps> caps, Key key) : caps_(std::move(caps)), key_(std::move(key)) {}
  ~Leaving() {
    const auto caps = caps_.lock();
    if (caps && !stays_) caps->leave(key_);
  }
  Leaving(const Leaving&) = delete;
  Leaving& operator=(const Leaving&) = delete;
  void stay() { stays_ = true; }

 private:
  std::weak_ptr<Caps> caps_;
  Key key_;
  bool stays_ = false;
};

Task<Outcome> ExternalSecretController::reconcile(Key key) {
  Leaving leaving(caps_, key);
  const SteadyTime start = p_.clock.steady();
  Outcome outcome = co_await pass(key);
  if (outcome.kind == Outcome::Kind::kParked) {
    if (outcome.after == Duration::zero()) leaving.stay();
    co_return outcome;  // nothing was done yet
  }
  reporter_.pass_took(key, p_.clock.steady() - start);
  co_return outcome;
}

Task<Outcome> ExternalSecretController::pass(Key key) {
  // target_changed() is sooner where it comes back; what is gone nobody tells.
  if (p_.world.lacks_target(key)) co_return Outcome::again_after(std::chrono::seconds(1));
  Observed seen = gather(p_, state_, key);
  if (!seen.es) co_return Outcome::done();
  Decision decision = decide_sync(seen);
  // Where there is nothing that a later try could do, an ask is answered.
  const bool tries = decision.action == SyncAction::kRefresh || decision.action == SyncAction::kWait ||
                     decision.action == SyncAction::kLater;
  if (!tries) state_.asks.forget(key);
  warn_of_windows(key, decision.window_note);
  if (decision.repair) note_damage(key);
  if (decision.add_finalizer) {
    const auto added = co_await add_finalizer(p_, seen.es);
    if (!added && added.error().code == Code::kNotFound) co_return Outcome::done();  // it was deleted first
    if (!added) {
      const auto level = added.error().code == Code::kConflict ? log::Level::kDebug : log::Level::kWarn;
      log::write(level, "cannot add the finalizer", {{"externalsecret", key.text()}, {"error", added.error().message}});
      co_return kube::after_failed_write(added.error().code);
    }
    seen.es = p_.world.external_secret(key);
    if (!seen.es) co_return Outcome::done();
  }
  co_return co_await act(std::move(seen), std::move(decision));
}

// Its watch may be a moment behind what its owner before did. nullopt: it is as it was decided on.
Task<std::optional<Outcome>> ExternalSecretController::look_again(ExternalSecretPtr es) {
  const Key key = es->metadata.key();
  const auto body = co_await p_.client.get(kube::kResource<ExternalSecret>, key);
  if (!body && body.error().code == Code::kNotFound) co_return Outcome::done();  // the watch shows its end
  if (!body) co_return kube::after_failed_write(body.error().code);
  if (!p_.world.wrote_external_secret(*body)) co_return Outcome::failed();
  const ExternalSecretPtr now = p_.world.external_secret(key);
  if (now && now->metadata.resource_version == es->metadata.resource_version) co_return std::nullopt;
  queue_.add(key, Lane::kUser);
  co_return Outcome::done();
}

// Who fights over a Secret makes it wrong again at once: that is no news for its store.
void ExternalSecretController::note_damage(const Key& key) {
  const SteadyTime now = p_.clock.steady();
  const auto [it, is_new] = state_.damaged.try_emplace(key, PassState::Damage{now});
  if (!is_new && it->second.repaired && now - it->second.seen >= kBetweenRepairs) it->second = {now};
}

void ExternalSecretController::warn_of_windows(const Key& key, const std::string& note) {
  if (note.empty()) return;
  std::string& told = state_.warned[key];
  if (std::exchange(told, note) == note) return;
  log::warn("a sync window that may be another than it seems", {{"externalsecret", key.text()}, {"window", note}});
}

Task<Outcome> ExternalSecretController::act(Observed seen, Decision decision) {
  const Key key = seen.es->metadata.key();
  if (goes_far(decision.action) && !is_untouched(seen) && p_.ownership.came_lately(key)) {
    if (auto instead = co_await look_again(seen.es)) co_return *std::move(instead);
  }
  switch (decision.action) {
    case SyncAction::kIgnore:
      break;
    case SyncAction::kCleanUp:
      co_return co_await clean_up(seen.es);
    case SyncAction::kRefuse:
      co_return co_await refuse(seen.es, std::move(decision));
    case SyncAction::kWait:  // it is woken when the store has been looked at
      state_.waiting.try_emplace(key, p_.clock.steady());
      co_return Outcome::parked_for(*seen.patience - seen.waited, lane_of(!seen.es->status.refresh_time.empty()));
    case SyncAction::kRefresh:
      if (!seen.patience) state_.waiting.erase(key);
      if (const auto wait = wait_for_a_place(seen)) co_return *wait;
      co_return co_await refresh(std::move(seen), std::move(decision));
    case SyncAction::kOnRecord:
      co_return co_await tell_made(std::move(seen), decision.interval);
    case SyncAction::kAround:
      co_return co_await keep_values(seen.es, nullptr);
    case SyncAction::kMove:
      co_return co_await keep_values(seen.es, seen.earlier);
    case SyncAction::kLater:
      co_return Outcome::again_after(decision.later);
    case SyncAction::kSkip:
      if (const auto next = next_look(*seen.es, decision.interval, p_.clock.now(), seen.slot)) {
        co_return Outcome::again_after(*next);
      }
      break;
  }
  co_return Outcome::done();
}

// Unless deletionPolicy says Delete nothing is deleted here: what we own goes with its owner by garbage collection.
Task<Outcome> ExternalSecretController::clean_up(ExternalSecretPtr es) {
  const Key key = es->metadata.key();
  if (deletes(*es)) {
    const auto gone = co_await sync_.remove_with(es);
    if (!gone) {
      log::warn("cannot delete the target", {{"externalsecret", key.text()}, {"error", gone.error().error.message}});
      co_return gone.error().then;
    }
  }
  const auto removed = co_await remove_finalizer(p_, es);
  if (removed) co_return Outcome::done();
  log::warn("cannot remove the finalizer", {{"externalsecret", key.text()}, {"error", removed.error().message}});
  co_return Outcome::failed();
}

// The process before this one came to its end between two writes.
Task<Outcome> ExternalSecretController::tell_made(Observed seen, Duration interval) {
  Report report;
  report.started = seen.made.value_or(p_.clock.now());
  report.has_secret = true;
  report.inputs_digest = seen.made_of;
  auto told = co_await reporter_.report(seen.es, std::move(report));
  if (!told) co_return kube::after_failed_write(told.error().code);
  sync_.settled(seen.es->metadata.key());
  ExternalSecret after = *seen.es;
  after.status = *std::move(told);
  const auto next = next_look(after, interval, p_.clock.now(), seen.slot);
  co_return next ? Outcome::again_after(*next) : Outcome::done();
}

Task<Outcome> ExternalSecretController::keep_values(ExternalSecretPtr es, TargetPtr earlier) {
  Report report = earlier ? co_await sync_.move(es, std::move(earlier)) : co_await sync_.put_around(es);
  const Outcome then = report.then;
  const auto told = co_await reporter_.report(es, std::move(report));
  co_return told ? then : kube::after_failed_write(told.error().code);
}

Task<Outcome> ExternalSecretController::refuse(ExternalSecretPtr es, Decision decision) {
  Report report;
  report.ending = decision.refusal;
  report.refused = true;
  report.error = {Code::kInvalid, std::move(decision.why)};
  const auto told = co_await reporter_.report(es, std::move(report));
  co_return told ? Outcome::done() : Outcome::failed();
}

bool ExternalSecretController::is_forced(const Observed& seen) const {
  const auto tried = state_.tried.find(seen.es->metadata.key());
  return seen.ask > 0 || secrets::is_forced(*seen.es, tried == state_.tried.end() ? std::string() : tried->second);
}

Freshness ExternalSecretController::freshness_for(const Observed& seen, const Decision& decision) const {
  const SteadyTime now = p_.clock.steady();
  Freshness wanted = freshness(decision.interval, is_forced(seen), now);
  wanted.patient = !wanted.forced && queue_.lane(seen.es->metadata.key()) == Lane::kRefresh;
  wanted.at_once = at_once(*seen.es);
  if (decision.repair) {
    const auto damage = state_.damaged.find(seen.es->metadata.key());
    return damage == state_.damaged.end() ? wanted : no_older_than(wanted, now - damage->second.seen, now);
  }
  const auto made = parse_time(seen.es->metadata.creation_timestamp);
  if (!made || !seen.es->status.refresh_time.empty()) return wanted;
  const auto appeared = state_.appeared.find(seen.es->metadata.key());
  const SteadyTime known = appeared != state_.appeared.end() ? appeared->second : state_.started.value_or(now);
  // It was made before it was seen, and in the second that its timestamp is cut to.
  return no_older_than(wanted, std::max<Duration>(seen.now - *made - kTimestampStep, now - known), now);
}

std::size_t ExternalSecretController::at_once(const ExternalSecret& es) const {
  if (es.spec.data.size() + es.spec.data_from.size() < 2) return 1;
  std::size_t least = items_at_once(0, false);
  for (const api::es::StoreRef& ref : store_refs(es)) {
    const StoreViewPtr store = p_.world.find(store_kind(ref), es.metadata.ns, ref.name);
    if (!store) continue;
    const bool lags = p_.reads.lags(identity_of(*store, es.metadata.ns));
    const std::size_t alone = batches(p_, *store) ? 0 : caps_->inside(place_of(*store, ""));
    least = std::min(least, items_at_once(alone, lags));
  }
  return least;
}

// What keeps a pass from beginning is waited for without a worker; what a person asked for waits for no budget.
std::optional<Outcome> ExternalSecretController::wait_for_a_place(const Observed& seen) {
  const ExternalSecret& es = *seen.es;
  const Key key = es.metadata.key();
  const Lane lane = queue_.lane(key);
  const std::string ns = namespace_group(key.ns);
  std::vector<CapGroup> groups{{ns, namespace_cap(!caps_->any_other(kNamespaces, ns))}};
  Duration pause{};
  for (const api::es::StoreRef& ref : store_refs(es)) {
    const StoreViewPtr store = p_.world.find(store_kind(ref), key.ns, ref.name);
    if (!store) continue;
    const std::string identity = identity_of(*store, key.ns);
    groups.push_back({place_of(*store, ""), store_cap(p_.reads.slow(identity))});
    pause = std::max(pause, p_.reads.pause(identity, lane == Lane::kUser));
  }
  if (pause > Duration::zero() && !is_forced(seen))
    return Outcome::parked_for(pause + within_second({}, es.metadata.uid), lane);
  if (caps_->enter(key, groups, lane)) return std::nullopt;
  return Outcome::parked();
}

Task<Outcome> ExternalSecretController::refresh(Observed seen, Decision decision) {
  const Key key = seen.es->metadata.key();
  // Who waits for a place with the store comes in while this pass writes.
  const auto leave_stores = [this, key] { caps_->stay_in(key, namespace_group(key.ns)); };
  Report report = co_await sync_.run(seen.es, freshness_for(seen, decision), leave_stores);
  const bool good = ready_words(report.ending).ready;
  if (report.took_back && p_.world.has_external_secret(key))
    state_.taken_back.insert_or_assign(key, format_time(report.started));
  if (good) {
    state_.taken_back.erase(key);
    state_.tried.erase(key);
    state_.appeared.erase(key);
    if (const auto damage = state_.damaged.find(key); damage != state_.damaged.end()) damage->second.repaired = true;
  } else if (p_.world.has_external_secret(key)) {
    state_.tried.insert_or_assign(key, resource_token(seen.es->metadata));
  }
  const Outcome then = report.then;
  for (std::string& note : {std::ref(decision.note), std::ref(decision.window_note)}) {
    if (note.empty()) continue;
    if (!report.remarks) report.remarks.emplace();
    report.remarks->push_back(std::move(note));
  }
  auto told = co_await reporter_.report(seen.es, std::move(report));
  if (!good) co_return told ? then : Outcome::failed();
  if (!told) co_return kube::after_failed_write(told.error().code);
  sync_.settled(key);
  state_.asks.answered(key, seen.ask);
  if (p_.options.least_status_interval > Duration::zero() && p_.world.still_has(*seen.es)) {
    state_.refreshed.insert_or_assign(key, told->refresh_time);
  }
  ExternalSecret after = *seen.es;
  after.status = *std::move(told);
  if (const auto next = next_look(after, decision.interval, p_.clock.now(), seen.slot))
    co_return Outcome::again_after(*next);
  co_return Outcome::done();
}

}  // namespace rotor::secrets
