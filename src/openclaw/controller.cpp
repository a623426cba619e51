#include "openclaw/controller.hpp"

#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"
#include "openclaw/names.hpp"
#include "openclaw/reconciler.hpp"

namespace rotor::openclaw {
namespace {

namespace asio = boost::asio;

using Instances = kube::Cache<api::OpenClawInstance>;

// A status write of ours comes back as an event too: it is no reason for a pass.
bool concerns_us(const Instances::Ptr& before, const Instances::Ptr& after) {
  if (before == nullptr || after == nullptr) return true;
  const kube::ObjectMeta& a = before->metadata;
  const kube::ObjectMeta& b = after->metadata;
  return a.generation != b.generation || a.uid != b.uid || a.deletion_timestamp != b.deletion_timestamp ||
         a.annotations != b.annotations || a.finalizers != b.finalizers;
}

// The instance that controls an object of ours.
std::optional<kube::Key> owner_of(const LiveObject& object) {
  const kube::OwnerReference* owner = controller_of(object);
  if (owner == nullptr || owner->kind != kube::kResource<api::OpenClawInstance>.kind) return std::nullopt;
  return kube::Key{object.metadata.ns, owner->name};
}

}  // namespace

struct Controller::Impl {
  Impl(Executor executor, kube::Client& client, Clock& clock, MetricsRegistry& registry, ControllerOptions wanted,
       ManagedKinds kinds)
      : options(std::move(wanted)),
        view(client, clock, options.watched_namespace, kinds),
        events(kube::make_event_recorder(executor, client, clock, "openclawinstance-controller")),
        metrics(registry, view),
        reconciler(client, clock, view, *events, index, metrics, options, kinds),
        queue(clock, "openclawinstance", options.workers,
              [this](kube::Key key) { return reconciler.reconcile(std::move(key)); }) {
    listen();
  }

  void listen() {
    view.instances.on_change([this](const kube::Key& key, const auto& before, const auto& after) {
      if (concerns_us(before, after)) enqueue(key);
    });
    view.instances.on_broken([this](const kube::Key& key, const Error& error) { tell_broken(key, error); });
    for (const auto& [resource, cache] : view.owned) {
      cache->on_change([this](const kube::Key&, const LivePtr& before, const LivePtr& after) {
        std::optional<kube::Key> owner = after != nullptr ? owner_of(*after) : std::nullopt;
        if (!owner && before != nullptr) owner = owner_of(*before);  // it is gone, or its owner was taken off it
        if (owner) enqueue(*owner);
      });
    }
    view.secrets.on_change([this](const kube::Key& key, const auto&, const auto&) {
      for (const kube::Key& instance : index.instances_of(key)) {
        reconciler.secret_changed(instance);
        if (view.ready()) queue.add(instance);
      }
    });
    const auto begin = [this] {
      if (!view.ready()) return;
      for (const auto& [key, instance] : view.instances.all()) queue.add(key);
    };
    view.instances.on_ready(begin);
    for (const auto& [resource, cache] : view.owned) cache->on_ready(begin);
    view.secrets.on_ready(begin);
  }

  void enqueue(const kube::Key& key) {
    reconciler.touched(key);
    if (view.ready()) queue.add(key);
  }

  void tell_broken(const kube::Key& key, const Error& error) {
    log::warn("cannot read an instance", {{"instance", key.text()}, {"error", error.message}});
    if (key.name.empty()) return;
    const kube::Resource kind = kube::kResource<api::OpenClawInstance>;
    events->record({.api_version = kind.api_version(), .kind = std::string(kind.kind), .ns = key.ns, .name = key.name},
                   kube::EventRecorder::Type::kWarning, "ReconcileFailed",
                   "cannot read the instance: " + error.message);
  }

  ControllerOptions options;
  View view;
  std::unique_ptr<kube::EventRecorder> events;
  ReferenceIndex index;
  Metrics metrics;
  Reconciler reconciler;
  kube::Queue queue;
};

Controller::Controller(Executor executor, kube::Client& client, Clock& clock, MetricsRegistry& metrics,
                       ControllerOptions options, ManagedKinds kinds)
    : impl_(std::make_unique<Impl>(std::move(executor), client, clock, metrics, std::move(options), kinds)) {}
Controller::~Controller() = default;

bool Controller::ready() const { return impl_->view.ready(); }

Task<> Controller::run() {
  const Executor executor = co_await asio::this_coro::executor;
  const auto start = [&executor](Task<> task) { return asio::co_spawn(executor, std::move(task), asio::deferred); };
  std::vector<decltype(start(std::declval<Task<>>()))> parts;
  View& view = impl_->view;
  parts.push_back(start(view.instances.run()));
  for (const auto& [resource, cache] : view.owned) parts.push_back(start(cache->run()));
  parts.push_back(start(view.secrets.run()));
  parts.push_back(start(impl_->events->run()));
  parts.push_back(start(impl_->queue.run()));
  auto all = asio::experimental::make_parallel_group(std::move(parts));
  // None of them ends by itself: this waits until the controller is cancelled, or one dies of a bug.
  auto [order, errors] = co_await all.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

}  // namespace rotor::openclaw
