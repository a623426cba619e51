#include "secrets/controllers.hpp"

#include <algorithm>
#include <iterator>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "base/log.hpp"
#include "kube/events/events.hpp"
#include "kube/runtime/gate.hpp"
#include "kube/runtime/signal.hpp"
#include "secrets/cluster/controller.hpp"
#include "secrets/external_secrets.hpp"
#include "secrets/generator_states.hpp"
#include "secrets/metrics.hpp"
#include "secrets/parts.hpp"
#include "secrets/stores.hpp"
#include "secrets/world.hpp"

namespace rotor::secrets {

constexpr std::size_t kRenderThreads = 2;

struct Controllers::Graph {
  Graph(const Executor& executor, kube::Client& client, Clock& clock, const providers::ProviderRegistry& registry,
        const generators::Generators& generators, MetricsRegistry& metrics_registry, Options given,
        kube::Ownership* divided)
      : options(std::move(given)),
        ownership(divided != nullptr ? *divided : everything),
        world(executor, client, clock, options, ownership),
        metrics(metrics_registry, world, options.extended_metric_labels, ownership),
        gate(providers::make_reference_gate(client, options.no_tokens)),
        events(kube::make_event_recorder(executor, client, clock, "external-secrets")),
        store_events(kube::make_event_recorder(executor, client, clock, "secret-store")),
        cluster_store_events(kube::make_event_recorder(executor, client, clock, "cluster-secret-store")),
        pool(kRenderThreads),
        reads(clock, metrics_registry),
        clients(clock),
        parts{client,
              clock,
              world,
              registry,
              generators,
              *gate,
              clients,
              pool,
              reads,
              metrics,
              *events,
              *store_events,
              *cluster_store_events,
              options,
              ownership},
        states(client, clock, generators, *gate, options, metrics_registry, ownership),
        external_secrets(parts, states),
        stores(parts, [this](const StoreView& store) { external_secrets.store_judged(store); }),
        cluster(make_cluster_controller(executor, parts, metrics_registry)),
        everything_listed(executor) {
    world.listen({.external_secret = [this](const kube::Key& key, bool first_seen,
                                            const auto& now) { external_secrets.changed(key, first_seen, now); },
                  .child =
                      [this](const kube::Key& key, const auto& before, const auto& after) {
                        if (cluster) cluster->child_changed(key, before, after);
                      },
                  .target = [this](const kube::Key& key) { external_secrets.target_changed(key); },
                  .unreadable = [this](const kube::Key& key) { external_secrets.unreadable(key); },
                  .readable = [this](const kube::Key& key) { external_secrets.readable(key); },
                  .store = [this](const auto& before, const auto& after) { store_changed(before, after); },
                  .ready = [this] { everything_listed.notify_one(); }});
    ownership.on_change([this](const kube::ShardChange& change) { divide(change); });
    reads.on_refusal([this](const StoreName& store) { stores.refused(store); });
  }

  void divide(const kube::ShardChange& change) {
    reads.divide(ownership.replicas());
    if (change.gained.empty() && change.lost.empty()) return;
    stores.divided(change);
    external_secrets.divided(change);
    states.divided(change);
    if (cluster) cluster->divided(change);
    world.divide();
  }

  // Null where it has nothing to do: a namespace alone is no cluster.
  static std::unique_ptr<cluster::ClusterController> make_cluster_controller(const Executor& executor,
                                                                             const Parts& parts,
                                                                             MetricsRegistry& metrics) {
    if (!parts.options.cluster_external_secrets) return nullptr;
    if (parts.options.watched.all()) {
      return std::make_unique<cluster::ClusterController>(executor, parts, metrics);
    }
    log::info("ClusterExternalSecrets are left alone: --namespace names what Rotor works in");
    return nullptr;
  }

  void store_changed(const StoreViewPtr& before, const StoreViewPtr& after) {
    stores.changed(before, after);
    const auto of_another = [this](const StoreViewPtr& store) {
      return store && !managed_by(*store, options.controller_class);
    };
    if (of_another(before) && !of_another(after)) external_secrets.store_freed(*before);
    if (!after || !after->judged()) return;
    const bool news = !before || !before->judged() || (after->ready() && !before->ready());
    if (news) external_secrets.store_judged(*after);
  }

  // A pass over an ExternalSecret before its store or its Secret is listed would take them for missing.
  Task<> work(kube::Gate* may_begin) {
    if (!world.ready()) co_await everything_listed.wait();
    if (!world.ready()) co_return;  // cancelled
    if (may_begin != nullptr) co_await may_begin->wait();
    if (may_begin != nullptr && !may_begin->is_open()) co_return;  // cancelled
    log::info("external secrets controllers started", {{"externalsecrets", world.external_secrets().size()}});
    using namespace boost::asio::experimental::awaitable_operators;
    co_await (external_secrets.run() && stores.run() && reads.run() && states.run() && run_cluster());
  }

  Task<> run_cluster() {
    if (cluster) co_await cluster->run();
  }
  Task<> watch_cluster() {
    if (cluster) co_await cluster->watch();
  }

  Options options;
  kube::Ownership everything;
  kube::Ownership& ownership;
  World world;
  Metrics metrics;
  std::unique_ptr<providers::ReferenceGate> gate;
  std::unique_ptr<kube::EventRecorder> events;
  std::unique_ptr<kube::EventRecorder> store_events;
  std::unique_ptr<kube::EventRecorder> cluster_store_events;
  Pool pool;
  SharedReads reads;
  providers::KeptClients clients;
  Parts parts;
  GeneratorStates states;
  ExternalSecretController external_secrets;
  StoreController stores;
  std::unique_ptr<cluster::ClusterController> cluster;
  kube::Signal everything_listed;
};

Controllers::Controllers(Executor executor, kube::Client& client, Clock& clock,
                         const providers::ProviderRegistry& registry, const generators::Generators& generators,
                         MetricsRegistry& metrics, Options options, kube::Ownership* ownership)
    : graph_(std::make_unique<Graph>(executor, client, clock, registry, generators, metrics, std::move(options),
                                     ownership)) {}

Controllers::~Controllers() = default;

Task<> Controllers::run(kube::Gate* gate) {
  using namespace boost::asio::experimental::awaitable_operators;
  Graph& g = *graph_;
  co_await (g.world.run() && g.work(gate) && g.events->run() && g.store_events->run() &&
            g.cluster_store_events->run() && g.watch_cluster());
}

void Controllers::values_changed() { graph_->external_secrets.values_changed(); }

std::vector<kube::QueueLateness> Controllers::lateness() const {
  std::vector<kube::QueueLateness> all = graph_->stores.lateness();
  all.push_back(graph_->external_secrets.lateness());
  return all;
}

std::vector<std::string> Controllers::troubles() const {
  std::vector<std::string> all = graph_->world.troubles();
  if (graph_->cluster) std::ranges::move(graph_->cluster->troubles(), std::back_inserter(all));
  return all;
}

bool Controllers::ready() const { return graph_->world.ready() && (!graph_->cluster || graph_->cluster->ready()); }

}  // namespace rotor::secrets
