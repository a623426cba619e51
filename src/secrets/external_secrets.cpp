#include "secrets/external_secrets.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.hpp"
#include "kube/client/retry.hpp"
#include "secrets/marks.hpp"
#include "secrets/refresh.hpp"
#include "secrets/reporter.hpp"
#include "secrets/status.hpp"

namespace rotor::secrets {
namespace {

using api::es::ExternalSecret;
using kube::Key;
using kube::Lane;
using kube::Outcome;

// An ordinary start is no failure: a store may be applied just after what reads from it, and somebody has to look at
// it.
constexpr auto kForAMissingStore = std::chrono::seconds(2);
constexpr auto kForANewStore = std::chrono::seconds(30);

bool is_ready(const ExternalSecret& es) {
  const auto* ready = kube::find_condition(es.status.conditions, "Ready");
  return ready != nullptr && ready->status == "True";
}

}  // namespace

ExternalSecretController::ExternalSecretController(Parts parts)
    : p_(parts),
      pipeline_({parts.client, parts.clock, parts.world, parts.registry, parts.gate, parts.events, parts.pool,
                 parts.options}),
      queue_(parts.clock, "externalsecret", parts.options.workers,
             [this](Key key) { return reconcile(std::move(key)); }) {}

void ExternalSecretController::changed(const Key& key, bool first_seen, const EsPtr& now) {
  unreadable_.erase(key);
  if (!now) {
    p_.metrics.external_secret_gone(key);
    queue_.forget(key);
    pipeline_.forget(key);
    asked_.erase(key);
    waiting_.erase(key);
    return;
  }
  p_.metrics.external_secret_appeared(key);
  // After a restart everything is seen for the first time; only what never synced has somebody waiting for it.
  const bool background =
      first_seen && !now->status.refresh_time.empty() && !now->metadata.deleting() && is_ready(*now);
  queue_.add(key, background ? Lane::kRefresh : Lane::kUser);
}

void ExternalSecretController::unreadable(const Key& key, const Error& error) {
  unreadable_[key] = error.message;
  queue_.add(key, Lane::kUser);
}

void ExternalSecretController::values_changed() {
  for (const auto& [key, es] : p_.world.external_secrets()) {
    asked_.insert_or_assign(key, ++asks_);
    queue_.add(key, Lane::kUser);
  }
}

void ExternalSecretController::store_judged(const StoreView& store) {
  for (const auto& [key, es] : p_.world.external_secrets()) {
    const bool waits = !is_ready(*es) || queue_.failures(key) > 0;
    if (!waits || (!store.cluster() && key.ns != store.metadata.ns)) continue;
    const auto refs = store_refs(*es);
    const bool uses = std::ranges::any_of(refs, [&store](const api::es::StoreRef& ref) {
      return ref.name == store.metadata.name && store_kind(ref) == store.kind;
    });
    if (uses) queue_.add(key, Lane::kUser);
  }
}

Task<Outcome> ExternalSecretController::reconcile(Key key) {
  const SteadyTime start = p_.clock.steady();
  Outcome outcome = co_await pass(key);
  if (p_.world.external_secret(key)) p_.metrics.sync_call(key, p_.clock.steady() - start);
  co_return outcome;
}

Task<Outcome> ExternalSecretController::pass(Key key) {
  if (const auto broken = unreadable_.find(key); broken != unreadable_.end()) {
    std::string message = broken->second;
    co_return co_await report_unreadable(std::move(key), std::move(message));
  }
  EsPtr es = p_.world.external_secret(key);
  if (!es) co_return Outcome::done();
  const auto target = p_.world.target({key.ns, es->target_name()});
  const auto asked = asked_.find(key);
  const std::uint64_t ask = asked == asked_.end() ? 0 : asked->second;
  Decision decision = decide_sync({*es, target.get(), p_.clock.now(), ours(*es), ask > 0, p_.options.least_interval});
  if (decision.action != SyncAction::kRefresh) asked_.erase(key);  // there is nothing that a later try could do
  if (decision.action == SyncAction::kCleanUp) co_return co_await clean_up(es);
  if (decision.add_finalizer) {
    const auto added = co_await add_finalizer(es);
    if (!added) {
      log::warn("cannot add the finalizer", {{"externalsecret", key.text()}, {"error", added.error().message}});
      co_return Outcome::failed();
    }
    es = p_.world.external_secret(key);
    if (!es) co_return Outcome::done();
  }
  switch (decision.action) {
    case SyncAction::kRefuse:
      co_return co_await refuse(es, std::move(decision.why));
    case SyncAction::kRefresh:
      if (waits_quietly(*es)) co_return Outcome::failed();
      co_return co_await refresh(es, std::move(decision), ask);
    case SyncAction::kSkip:
      if (const auto next = next_look(*es, decision.interval, p_.clock.now())) co_return Outcome::again_after(*next);
      co_return Outcome::done();
    case SyncAction::kIgnore:
    case SyncAction::kCleanUp:
      break;
  }
  co_return Outcome::done();
}

bool ExternalSecretController::ours(const ExternalSecret& es) const {
  const auto& main = es.spec.secret_store_ref;
  if (!p_.options.cluster_stores && main && main->kind == providers::kClusterSecretStoreKind) return false;
  for (const auto& ref : store_refs(es)) {
    const auto store = p_.world.find(store_kind(ref), es.metadata.ns, ref.name);
    if (store && !managed_by(*store, p_.options.controller_class)) return false;
  }
  return true;
}

Task<Result<void>> ExternalSecretController::add_finalizer(EsPtr es) {
  std::vector<std::string> finalizers = es->metadata.finalizers;
  finalizers.emplace_back(kFinalizer);
  SecretBytes patch(finalizers_patch(es->metadata, finalizers));
  const Key key = es->metadata.key();
  CO_TRY(const SecretBytes answer,
         co_await p_.client.patch(kube::kResource<ExternalSecret>, key, kube::PatchType::kMerge, std::move(patch)));
  CO_TRY_VOID(p_.world.wrote_external_secret(answer));
  co_return Result<void>();
}

// With deletionPolicy Retain nothing is deleted here: a Secret we own goes with its owner by garbage collection.
Task<Outcome> ExternalSecretController::clean_up(EsPtr es) {
  std::vector<std::string> finalizers = es->metadata.finalizers;
  if (std::erase(finalizers, kFinalizer) == 0) co_return Outcome::done();
  SecretBytes patch(finalizers_patch(es->metadata, finalizers));
  const Key key = es->metadata.key();
  const auto answer =
      co_await p_.client.patch(kube::kResource<ExternalSecret>, key, kube::PatchType::kMerge, std::move(patch));
  if (answer || answer.error().code == Code::kNotFound) co_return Outcome::done();
  log::warn("cannot remove the finalizer", {{"externalsecret", key.text()}, {"error", answer.error().message}});
  co_return Outcome::failed();
}

// Does it only wait for a store that is about to be there? It is woken when the store has been looked at.
bool ExternalSecretController::waits_quietly(const ExternalSecret& es) {
  const Key key = es.metadata.key();
  std::optional<Duration> patience;
  for (const auto& ref : store_refs(es)) {
    const auto store = p_.world.find(store_kind(ref), es.metadata.ns, ref.name);
    if (store && (store->judged() || !p_.options.flood_gate)) continue;
    const Duration most = store ? kForANewStore : kForAMissingStore;
    patience = std::min(patience.value_or(most), most);
  }
  if (!patience) {
    waiting_.erase(key);
    return false;
  }
  const SteadyTime since = waiting_.try_emplace(key, p_.clock.steady()).first->second;
  return p_.clock.steady() - since < *patience;
}

Task<Outcome> ExternalSecretController::refresh(EsPtr es, Decision decision, std::uint64_t ask) {
  const WallTime started = p_.clock.now();
  auto synced = co_await pipeline_.run(es);
  if (!synced) co_return co_await fail(es, std::move(synced).error());

  std::string message = std::move(synced->message);
  if (!decision.note.empty()) message += "; " + decision.note;
  auto status = succeeded(*es, message, started, p_.clock.now());
  if (synced->has_secret) {
    status.binding = api::es::Binding{es->target_name()};
    status.inputs_digest = std::move(synced->digest);
  }
  ExternalSecret after = *es;
  after.status = status;
  const auto written = co_await write_status(es, std::move(status));
  if (!written) {
    const auto level = written.error().code == Code::kConflict ? log::Level::kDebug : log::Level::kWarn;
    log::write(level, "cannot write the status",
               {{"externalsecret", es->metadata.key().text()}, {"error", written.error().message}});
    co_return kube::after_failed_write(written.error().code);
  }
  // Asked again meanwhile: what was read may be older than that.
  const auto asked = asked_.find(es->metadata.key());
  if (asked != asked_.end() && asked->second == ask) asked_.erase(asked);
  if (const auto next = next_look(after, decision.interval, p_.clock.now())) co_return Outcome::again_after(*next);
  co_return Outcome::done();
}

Task<Outcome> ExternalSecretController::fail(EsPtr es, SyncFailure failure) {
  if (failure.condition == kAgain) {
    log::debug("another pass is needed",
               {{"externalsecret", es->metadata.key().text()}, {"why", failure.error.message}});
    co_return failure.then;
  }
  const Key key = es->metadata.key();
  if (p_.world.external_secret(key)) p_.metrics.sync_error(key);
  log::warn("ExternalSecret not synced", {{"externalsecret", key.text()}, {"error", failure.error.message}});
  warn(*es, failure.error.message);
  const auto written = co_await write_status(es, failed(*es, failure.condition, p_.clock.now()));
  co_return written ? failure.then : Outcome::failed();
}

Task<Outcome> ExternalSecretController::refuse(EsPtr es, std::string why) {
  const auto* ready = kube::find_condition(es->status.conditions, "Ready");
  const bool news = ready == nullptr || ready->message != why;
  if (news) warn(*es, why);
  p_.metrics.sync_error(es->metadata.key());
  const auto written = co_await write_status(es, failed(*es, why, p_.clock.now()));
  if (!written) co_return Outcome::failed();
  co_return Outcome::done();
}

Task<Outcome> ExternalSecretController::report_unreadable(Key key, std::string message) {
  ExternalSecret shell;
  shell.metadata.ns = key.ns;
  shell.metadata.name = key.name;
  auto es = std::make_shared<const ExternalSecret>(std::move(shell));
  std::string why = fmt::format("the ExternalSecret cannot be read: {}; correct the field and apply it again", message);
  co_return co_await refuse(std::move(es), std::move(why));
}

Task<Result<void>> ExternalSecretController::write_status(EsPtr es, ExternalSecretStatus status) {
  const auto patch = status_patch(es->metadata, es->status, status);
  if (!patch) co_return Result<void>();
  const Key key = es->metadata.key();
  kube::WriteOptions options;
  options.subresource = "status";
  auto answer = co_await p_.client.patch(kube::kResource<ExternalSecret>, key, kube::PatchType::kMerge,
                                         SecretBytes(*patch), std::move(options));
  if (!answer && answer.error().code == Code::kNotFound) co_return Result<void>();  // gone meanwhile
  if (!answer) co_return std::unexpected(std::move(answer).error());
  static_cast<void>(p_.world.wrote_external_secret(*answer));  // the watch shows it sooner or later
  co_return Result<void>();
}

void ExternalSecretController::warn(const ExternalSecret& es, std::string message) {
  record_event(p_.events, es, kube::EventRecorder::Type::kWarning, "UpdateFailed", std::move(message));
}

}  // namespace rotor::secrets
