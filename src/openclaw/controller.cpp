#include "openclaw/controller.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.hpp"
#include "kube/object/news.hpp"
#include "kube/runtime/gate.hpp"
#include "kube/shards/ownership.hpp"
#include "openclaw/division.hpp"
#include "openclaw/in_place/permit.hpp"
#include "openclaw/names.hpp"
#include "openclaw/proof/permit.hpp"
#include "openclaw/reconciler.hpp"
#include "openclaw/rollout/choice.hpp"
#include "openclaw/rollout/limiter.hpp"

namespace rotor::openclaw {
namespace {

// The instance that controls an object of ours.
std::optional<kube::Key> owner_of(const LiveObject& object) {
  const kube::OwnerReference* owner = controller_of(object);
  if (owner == nullptr || owner->kind != kube::kResource<api::OpenClawInstance>.kind) return std::nullopt;
  return kube::Key{object.metadata.ns, owner->name};
}

// Replicas divide instances by namespace: those that share a Secret stand in one, and who restarts after whom is then
// decided in one place.
kube::Key by_namespace(const kube::Key& instance) { return {instance.ns, ""}; }

}  // namespace

struct Controller::Impl {
  Impl(Executor executor, kube::Client& client, Clock& clock, MetricsRegistry& registry, ControllerOptions wanted,
       ManagedKinds kinds, kube::Ownership* divided)
      : options(std::move(wanted)),
        ownership(divided != nullptr ? *divided : everything),
        view(client, clock, options.watched, kinds, ownership.sharded() ? is_whole() : KeptWhole()),
        division(executor, client, clock, view, options.watched, is_whole(),
                 [this](const std::string& ns) { work_in(ns); }),
        events(kube::make_event_recorder(executor, client, clock, "openclawinstance-controller")),
        metrics(registry, view, [this](const kube::Key& key) { return is_ours(key); }),
        reconciler(client, clock, view, *events, index, config_maps, metrics, permits, options, kinds,
                   [this](const kube::Key& key) { return ownership.came_lately(by_namespace(key)); }),
        queue(clock, "openclawinstance", options.workers,
              kube::only_owned(
                  ownership, [this](kube::Key key) { return reconcile(std::move(key)); }, by_namespace),
              {.first = std::min<Duration>(std::chrono::seconds(1), options.retry_at_most),
               .most = options.retry_at_most}) {
    permits.add(std::make_unique<ChosenTimes>(clock));
    auto limits = std::make_unique<RolloutLimiter>(view, index, clock, options.rollouts, limiter_hooks());
    limiter = limits.get();
    permits.add(std::move(limits));
    metrics.follow(*limiter);
    queue.measure(registry);
    permits.add(std::make_unique<ProofPermit>(client, clock, view, *events, options));
    permits.add(std::make_unique<InPlacePermit>(client, clock, view, *events));
    listen();
  }

  KeptWhole is_whole() {
    return [this](const std::string& ns) { return ownership.keeps({ns, ""}); };
  }

  // Of an instance that has just come here not all may be there yet: then work_in() follows.
  Task<kube::Outcome> reconcile(kube::Key key) {
    if (!division.is_complete(key.ns)) co_return kube::Outcome::done();
    co_return co_await reconciler.reconcile(std::move(key));
  }

  void work_in(const std::string& ns) {
    const auto& all = view.instances.all();
    for (auto it = all.lower_bound({ns, ""}); it != all.end() && it->first.ns == ns; ++it) enqueue(it->first);
  }

  RolloutLimiter::Hooks limiter_hooks() {
    return {.wake = [this](const kube::Key& key) { enqueue(key); },
            .stopped = [this](const RolloutBooks::Failure& failure) { tell_stopped(failure); },
            .is_ours = [this](const kube::Key& key) { return is_ours(key); },
            .fleet_known =
                [this] { return reconciler.looked_at_all([this](const kube::Key& key) { return is_ours(key); }); }};
  }

  void listen() {
    view.instances.on_change([this](const kube::Key& key, const auto& before, const auto& after) {
      const bool news = !before || !after || kube::is_news(before->metadata, after->metadata);
      if (news) enqueue(key);
    });
    view.instances.on_broken([this](const kube::Key& key, const Error& error) { tell_broken(key, error); });
    for (const View::Owned& kind : view.owned) {
      const Live* of = kind.cache.get();
      kind.cache->on_change([this, of](const kube::Key& key, const LivePtr& before, const LivePtr& after) {
        if (after != nullptr && after->reduced()) return;               // another replica's
        if (after != nullptr && of->is_own_write(key, *after)) return;  // its pass went on with it
        std::optional<kube::Key> owner = after != nullptr ? owner_of(*after) : std::nullopt;
        if (!owner && before != nullptr) owner = owner_of(*before);  // it is gone, or its owner was taken off it
        if (owner) enqueue(*owner);
      });
    }
    view.secrets.on_change([this](const kube::Key& key, const auto&, const auto&) {
      for (const kube::Key& instance : index.instances_of(key)) {
        reconciler.secret_changed(instance);
        if (view.watches.ready()) queue.add(instance);
      }
    });
    view.config_maps.on_change([this](const kube::Key& key, const auto&, const auto&) {
      for (const kube::Key& instance : config_maps.instances_of(key)) enqueue(instance);
    });
    view.proofs.on_change([this](const kube::Key& key, const auto& before, const auto& after) {
      const bool news = !before || !after || before->outcome != after->outcome;
      if (news) enqueue({key.ns, (after ? after : before)->instance});
    });
    view.pods.on_change([this](const kube::Key& key, const auto& before, const auto& after) {
      if (is_reload_news(before.get(), after.get())) enqueue({key.ns, (after ? after : before)->instance});
      const bool told = before && before->cannot_start() && after && before->revision == after->revision;
      if (!after || !after->cannot_start() || told) return;
      if (!is_ours({key.ns, after->instance})) return;
      permits.failed({key.ns, after->instance}, "exits with 78");
      enqueue({key.ns, after->instance});
    });
    view.watches.on_ready([this] {
      for (const auto& [key, instance] : view.instances.all()) queue.add(key);
    });
    ownership.on_change([this](const kube::ShardChange& change) { divide(change); });
  }

  bool is_ours(const kube::Key& instance) const { return ownership.keeps(by_namespace(instance)); }

  void divide(const kube::ShardChange& change) {
    std::vector<kube::Key> gained;
    for (const auto& [key, instance] : view.instances.all()) {
      if (change.loses(by_namespace(key))) {
        queue.forget(key);
        reconciler.forget(key);
        limiter->handed_over(key);
      } else if (change.gains(by_namespace(key))) {
        gained.push_back(key);
      }
    }
    division.divide();
    for (const kube::Key& key : gained) enqueue(key);
    limiter->divide(ownership.place(), !gained.empty());
  }

  void enqueue(const kube::Key& key) {
    reconciler.touched(key);
    if (view.watches.ready()) queue.add(key);
  }

  // On the instance that failed; those that wait for it tell it themselves.
  void tell_stopped(const RolloutBooks::Failure& failure) {
    const std::string secrets = fmt::format("{}", fmt::join(failure.secrets, ", "));
    log::warn("the rollout of a shared Secret stops",
              {{"instance", failure.instance.text()}, {"secrets", secrets}, {"why", failure.why}});
    const InstancePtr instance = view.instances.get(failure.instance);
    if (instance == nullptr) return;
    events->record(
        kube::reference_to(*instance), kube::EventRecorder::Type::kWarning, "SecretRolloutPaused",
        fmt::format("The instance {} with the new value of Secret {}: the others that share it keep the value "
                    "they have",
                    failure.why, secrets));
  }

  void tell_broken(const kube::Key& key, const Error& error) {
    log::warn("cannot read an instance", {{"instance", key.text()}, {"error", error.message}});
    if (key.name.empty()) return;
    kube::ObjectMeta metadata;
    metadata.ns = key.ns;
    metadata.name = key.name;
    events->record(kube::reference_to(kube::kResource<api::OpenClawInstance>, metadata),
                   kube::EventRecorder::Type::kWarning, "ReconcileFailed",
                   "cannot read the instance: " + error.message);
  }

  Task<> work(kube::Gate* gate) {
    if (gate != nullptr) co_await gate->wait();
    co_await queue.run();
  }

  ControllerOptions options;
  kube::Ownership everything;
  kube::Ownership& ownership;
  View view;
  Division division;
  std::unique_ptr<kube::EventRecorder> events;
  ReferenceIndex index;
  ReferenceIndex config_maps;
  Metrics metrics;
  PermitChain permits;  // first who may at all, then whose turn it is, then what takes time and work
  RolloutLimiter* limiter = nullptr;
  Reconciler reconciler;
  kube::Queue queue;
};

Controller::Controller(Executor executor, kube::Client& client, Clock& clock, MetricsRegistry& metrics,
                       ControllerOptions options, ManagedKinds kinds, kube::Ownership* ownership)
    : impl_(std::make_unique<Impl>(std::move(executor), client, clock, metrics, std::move(options), kinds, ownership)) {
}
Controller::~Controller() = default;

std::vector<std::string> Controller::troubles() const { return impl_->view.watches.troubles(); }

bool Controller::ready() const { return impl_->view.watches.ready(); }

kube::QueueLateness Controller::lateness() const { return impl_->queue.lateness(); }

Task<> Controller::run(kube::Gate* gate) {
  Impl& parts = *impl_;
  co_await kube::run_together({[&parts] { return parts.view.watches.run(); }, [&parts] { return parts.events->run(); },
                               [&parts, gate] { return parts.work(gate); }, [&parts] { return parts.limiter->run(); },
                               [&parts] { return parts.division.run(); }});
}

}  // namespace rotor::openclaw
