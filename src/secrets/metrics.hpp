// The metrics of the External Secrets controllers, with today's names and labels. Every series that names an object is
// computed at the scrape, for the objects that are there then.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.hpp"
#include "base/metrics.hpp"
#include "kube/object/object.hpp"
#include "kube/shards/ownership.hpp"

namespace rotor::secrets {

class World;

class Metrics {
 public:
  // `extended`: each series of an object has its app.kubernetes.io labels as well.
  // Of what other replicas work on, nothing is shown.
  Metrics(MetricsRegistry& registry, World& world, bool extended, const kube::Ownership& ownership);

  MetricsRegistry& registry() { return registry_; }

  void sync_call(const kube::Key& key, Duration took);
  void sync_error(const kube::Key& key) { ++passes_[key].errors; }
  void external_secret_appeared(const kube::Key& key) { deleted_.erase(key); }
  void external_secret_gone(const kube::Key& key);
  void external_secret_handed_over(const kube::Key& key) { passes_.erase(key); }
  void store_pass(const kube::Key& key, Duration took) { store_passes_[key] = took; }  // no namespace: of the cluster
  void store_gone(const kube::Key& key) { store_passes_.erase(key); }

 private:
  struct Passes {
    std::uint64_t calls = 0, errors = 0;
    Duration last{};
  };
  using Emit = MetricsRegistry::Emit;
  void add(MetricsRegistry::Kind kind, std::string_view name, std::string_view help, std::vector<std::string> labels,
           MetricsRegistry::Collect collect);
  void each_pass(const Emit& emit, double (*value)(const Passes&)) const;
  void conditions(const Emit& emit) const;
  void store_conditions(const Emit& emit, bool cluster) const;
  void store_durations(const Emit& emit, bool cluster) const;
  // `values`, and those of the object's labels where they are shown.
  LabelValues with_labels(LabelValues values, const kube::StringMap& labels) const;
  LabelValues of_external_secret(const kube::Key& key, LabelValues values) const;

  MetricsRegistry& registry_;
  World& world_;
  bool extended_;
  const kube::Ownership& ownership_;
  std::map<kube::Key, Passes> passes_;
  std::map<kube::Key, Duration> store_passes_;
  std::set<kube::Key> deleted_;
};

}  // namespace rotor::secrets
