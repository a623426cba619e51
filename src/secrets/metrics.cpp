#include "secrets/metrics.hpp"

#include "secrets/world.hpp"

namespace rotor::secrets {
namespace {

using kube::Key;

const std::vector<std::string> kObject = {"name", "namespace"};
// As many as are of use: names come and go with every preview environment.
constexpr std::size_t kDeletedShown = 1000;

const std::vector<std::string> kCondition = {"name", "namespace", "condition", "status"};

// Ready is True or not: one series of each, so that a dashboard can sum either.
void emit_ready(const MetricsRegistry::Emit& emit, const Key& key, std::optional<bool> ready) {
  if (!ready) return;
  emit({key.name, key.ns, "Ready", "True"}, *ready ? 1 : 0);
  emit({key.name, key.ns, "Ready", "False"}, *ready ? 0 : 1);
}

}  // namespace

Metrics::Metrics(MetricsRegistry& registry, const World& world)
    : calls_(registry.counter("externalsecret_sync_calls_total", "Passes over an ExternalSecret.", kObject)),
      errors_(registry.counter("externalsecret_sync_calls_error", "Passes that failed.", kObject)),
      duration_(
          registry.gauge("externalsecret_reconcile_duration", "Length of the last pass, in nanoseconds.", kObject)),
      store_duration_(
          registry.gauge("secretstore_reconcile_duration", "Length of the last pass, in nanoseconds.", kObject)),
      cluster_store_duration_(registry.gauge("clustersecretstore_reconcile_duration",
                                             "Length of the last pass, in nanoseconds.", kObject)) {
  constexpr auto kGauge = MetricsRegistry::Kind::kGauge;
  registry.callback(kGauge, "externalsecret_status_condition", "Conditions of ExternalSecrets.", kCondition,
                    [this, &world](const MetricsRegistry::Emit& emit) {
                      for (const auto& [key, es] : world.external_secrets()) emit_ready(emit, key, es->ready);
                      for (const Key& key : deleted_) emit({key.name, key.ns, "Deleted", "False"}, 1);
                    });
  const auto stores = [&registry, &world](std::string_view name, bool cluster) {
    registry.callback(kGauge, name, "Conditions of stores.", kCondition,
                      [&world, cluster](const MetricsRegistry::Emit& emit) {
                        for (const auto& store : world.stores()) {
                          if (store->cluster() != cluster || !store->judged()) continue;
                          emit_ready(emit, store->metadata.key(), store->ready());
                        }
                      });
  };
  stores("secretstore_status_condition", false);
  stores("clustersecretstore_status_condition", true);
}

void Metrics::sync_call(const Key& key, Duration took) {
  calls_.with({key.name, key.ns}).add();
  duration_.with({key.name, key.ns}).set(static_cast<double>(took.count()));
}

void Metrics::sync_error(const Key& key) { errors_.with({key.name, key.ns}).add(); }

void Metrics::external_secret_gone(const Key& key) {
  for (auto* family : {&calls_, &errors_}) family->remove({key.name, key.ns});
  duration_.remove({key.name, key.ns});
  deleted_.insert(key);
  if (deleted_.size() > kDeletedShown) deleted_.erase(deleted_.begin());
}

void Metrics::store_pass(const Key& key, Duration took) {
  auto& family = key.ns.empty() ? cluster_store_duration_ : store_duration_;
  family.with({key.name, key.ns}).set(static_cast<double>(took.count()));
}

void Metrics::store_gone(const Key& key) {
  auto& family = key.ns.empty() ? cluster_store_duration_ : store_duration_;
  family.remove({key.name, key.ns});
}

}  // namespace rotor::secrets
