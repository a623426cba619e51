#include "secrets/stores.hpp"

#include <algorithm>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "base/log.hpp"
#include "kube/client/retry.hpp"
#include "kube/object/news.hpp"
#include "secrets/schedule/identity.hpp"
#include "secrets/store_check.hpp"

namespace rotor::secrets {
namespace {

using kube::Key;
using kube::Outcome;

constexpr int kMostWorkers = 16;

}  // namespace

StoreController::StoreController(const Parts& parts, std::function<void(const StoreView&)> renewed)
    : p_(parts),
      renewed_(std::move(renewed)),
      reporter_(parts),
      looks_(parts.clock, [this](const Key& key) { credentials_changed(key); }),
      queue_(parts.clock, "secretstore", std::min(parts.options.workers, kMostWorkers),
             kube::only_owned(parts.ownership, [this](Key key) { return reconcile(std::move(key)); })),
      cluster_queue_(parts.clock, "clustersecretstore", std::min(parts.options.workers, kMostWorkers),
                     kube::only_owned(parts.ownership, [this](Key key) { return reconcile(std::move(key)); })) {
  queue_.measure(parts.metrics.registry());
  cluster_queue_.measure(parts.metrics.registry());
}

Task<> StoreController::run() {
  using namespace boost::asio::experimental::awaitable_operators;
  co_await (queue_.run() && cluster_queue_.run() && looks_.run());
}

std::vector<kube::QueueLateness> StoreController::lateness() const {
  return {queue_.lateness(), cluster_queue_.lateness()};
}

void StoreController::changed(const StoreViewPtr& before, const StoreViewPtr& after) {
  if (!after) {
    p_.metrics.store_gone(before->metadata.key());
    p_.reads.forget(name_of(*before));
    p_.clients.forget(before->kind, before->metadata.ns, before->metadata.name);
    return forget(before->metadata.key());
  }
  if (!after->cluster() && !p_.options.namespaced_stores) return;  // somebody else validates them
  const Key key = after->metadata.key();
  if (!before || kube::is_news(before->metadata, after->metadata)) queue_of(key).add(key);
}

// The others know a store by the condition that its owner writes.
void StoreController::divided(const kube::ShardChange& change) {
  for (const StoreViewPtr& store : p_.world.stores()) {
    const Key key = store->metadata.key();
    if (change.gains(key)) changed(nullptr, store);
    if (!change.loses(key)) continue;
    p_.metrics.store_gone(key);
    forget(key);
  }
}

void StoreController::forget(const Key& key) {
  reporter_.forget(key);
  looks_.forget(key);
  refused_.erase(key);
  queue_of(key).forget(key);
}

// Its condition may still say that all is well: it is looked at, once for all who are refused.
void StoreController::refused(const StoreName& store) {
  const Key key{store.ns, store.name};
  if (!key.ns.empty() && !p_.options.namespaced_stores) return;  // somebody else looks at it
  if (p_.ownership.owns(key) && refused_.insert(key).second) queue_of(key).add(key);
}

void StoreController::credentials_changed(const Key& key) {
  refused_.erase(key);
  const StoreViewPtr store = p_.world.store(key);
  if (!store) return;
  log::info("the credentials of a store in trouble were changed", {{"store", key.text()}, {"kind", store->kind}});
  queue_of(key).add(key);
  p_.reads.forget_refusals(name_of(*store));
  // With the gate closed they would run only to fail; the check that finds it good wakes them.
  if (store->ready() || !p_.options.flood_gate) renewed_(*store);
}

// Unless it is gone, or another one of its name, since it was checked.
void StoreController::look_on(const StoreView& checked, bool trouble, CredentialLooks::GatePtr gate) {
  const Key key = checked.metadata.key();
  const StoreViewPtr now = p_.world.store(key);
  const bool same = now && now->metadata.uid == checked.metadata.uid;
  same&& trouble ? looks_.keep(key, std::move(gate)) : looks_.forget(key);
}

Task<Outcome> StoreController::reconcile(Key key) {
  const StoreViewPtr store = p_.world.store(key);
  if (!store || !managed_by(*store, p_.options.controller_class)) {
    looks_.forget(key);
    co_return Outcome::done();
  }
  const SteadyTime start = p_.clock.steady();
  const bool was_refused = refused_.erase(key) > 0;  // a refusal from now on has a check of its own
  const auto gate = std::make_shared<providers::RecordingGate>(p_.gate);
  StoreVerdict verdict = co_await check_store(p_, store, *gate);
  const bool retry = verdict.retry;
  const bool trouble = was_refused || verdict.error || p_.reads.refuses(name_of(*store));
  look_on(*store, trouble, gate);
  const auto written = co_await reporter_.report(store, std::move(verdict));
  p_.metrics.store_pass(key, p_.clock.steady() - start);
  if (!written) {
    const auto level = written.error().code == Code::kConflict ? log::Level::kDebug : log::Level::kWarn;
    log::write(level, "cannot write the status",
               {{"store", key.text()}, {"kind", store->kind}, {"error", written.error().message}});
    co_return kube::after_failed_write(written.error().code);
  }
  if (retry) co_return Outcome::failed();
  co_return Outcome::again_after(check_interval(*store, p_.options));
}

}  // namespace rotor::secrets
