#include "secrets/metrics.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "secrets/world.hpp"

namespace rotor::secrets {
namespace {

using kube::Key;

const std::vector<std::string> kObject = {"name", "namespace"};
const std::vector<std::string> kCondition = {"name", "namespace", "condition", "status"};
// As many as are of use: names come and go with every preview environment.
constexpr std::size_t kDeletedShown = 1000;

constexpr std::array<std::string_view, 6> kExtended = {"app.kubernetes.io/name",    "app.kubernetes.io/instance",
                                                       "app.kubernetes.io/version", "app.kubernetes.io/component",
                                                       "app.kubernetes.io/part-of", "app.kubernetes.io/managed-by"};

std::string as_metric_label(std::string_view label) {
  std::string out(label);
  const auto stays = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  std::ranges::replace_if(out, [&](char c) { return !stays(c); }, '_');
  return out;
}

// Ready is True or not: one series of each, so that a dashboard can sum either.
template <class Values>
void emit_ready(const MetricsRegistry::Emit& emit, bool ready, Values values) {
  emit(values("True"), ready ? 1 : 0);
  emit(values("False"), ready ? 0 : 1);
}

}  // namespace

Metrics::Metrics(MetricsRegistry& registry, World& world, bool extended, const kube::Ownership& ownership)
    : registry_(registry), world_(world), extended_(extended), ownership_(ownership) {
  using enum MetricsRegistry::Kind;
  const auto passes = [this](double (*value)(const Passes&)) {
    return [this, value](const Emit& emit) { each_pass(emit, value); };
  };
  add(kCounter, "externalsecret_sync_calls_total", "Passes over an ExternalSecret.", kObject,
      passes([](const Passes& p) { return static_cast<double>(p.calls); }));
  add(kCounter, "externalsecret_sync_calls_error", "Passes that failed.", kObject,
      passes([](const Passes& p) { return static_cast<double>(p.errors); }));
  add(kGauge, "externalsecret_reconcile_duration", "Length of the last pass, in nanoseconds.", kObject,
      passes([](const Passes& p) { return static_cast<double>(p.last.count()); }));
  add(kGauge, "externalsecret_status_condition", "Conditions of ExternalSecrets.", kCondition,
      [this](const Emit& emit) { conditions(emit); });
  for (const bool cluster : {false, true}) {
    const std::string prefix = cluster ? "clustersecretstore" : "secretstore";
    add(kGauge, prefix + "_status_condition", "Conditions of stores.", kCondition,
        [this, cluster](const Emit& emit) { store_conditions(emit, cluster); });
    add(kGauge, prefix + "_reconcile_duration", "Length of the last pass, in nanoseconds.", kObject,
        [this, cluster](const Emit& emit) { store_durations(emit, cluster); });
  }
}

void Metrics::add(MetricsRegistry::Kind kind, std::string_view name, std::string_view help,
                  std::vector<std::string> labels, MetricsRegistry::Collect collect) {
  if (extended_) std::ranges::transform(kExtended, std::back_inserter(labels), as_metric_label);
  registry_.callback(kind, name, help, std::move(labels), std::move(collect));
}

LabelValues Metrics::with_labels(LabelValues values, const kube::StringMap& labels) const {
  if (!extended_) return values;
  for (const std::string_view name : kExtended) {
    const auto it = labels.find(name);
    values.push_back(it == labels.end() ? std::string() : it->second);
  }
  return values;
}

LabelValues Metrics::of_external_secret(const Key& key, LabelValues values) const {
  if (!extended_) return values;
  const ExternalSecretPtr es = world_.external_secret(key);
  return with_labels(std::move(values), es ? es->metadata.labels : kube::StringMap());
}

void Metrics::each_pass(const Emit& emit, double (*value)(const Passes&)) const {
  for (const auto& [key, passes] : passes_) emit(of_external_secret(key, {key.name, key.ns}), value(passes));
}

void Metrics::conditions(const Emit& emit) const {
  for (const auto& [key, es] : world_.external_secrets()) {
    if (!es->ready || !ownership_.keeps(key)) continue;
    emit_ready(emit, *es->ready, [this, &key](const char* status) {
      return of_external_secret(key, {key.name, key.ns, "Ready", status});
    });
  }
  for (const Key& key : deleted_) emit(with_labels({key.name, key.ns, "Deleted", "False"}, {}), 1);
}

void Metrics::store_conditions(const Emit& emit, bool cluster) const {
  for (const auto& store : world_.stores()) {
    if (store->cluster() != cluster || !store->judged() || !ownership_.keeps(store->metadata.key())) continue;
    emit_ready(emit, store->ready(), [this, &store](const char* status) {
      return with_labels({store->metadata.name, store->metadata.ns, "Ready", status}, store->metadata.labels);
    });
  }
}

void Metrics::store_durations(const Emit& emit, bool cluster) const {
  for (const auto& [key, took] : store_passes_) {
    const StoreViewPtr store = world_.store(key);
    if (!store || store->cluster() != cluster || !ownership_.keeps(key)) continue;
    emit(with_labels({key.name, key.ns}, store->metadata.labels), static_cast<double>(took.count()));
  }
}

void Metrics::sync_call(const Key& key, Duration took) {
  Passes& passes = passes_[key];
  ++passes.calls;
  passes.last = took;
}

void Metrics::external_secret_gone(const Key& key) {
  passes_.erase(key);
  deleted_.insert(key);
  if (deleted_.size() > kDeletedShown) deleted_.erase(deleted_.begin());
}

}  // namespace rotor::secrets
