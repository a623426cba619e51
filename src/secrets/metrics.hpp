// The metrics of the External Secrets controllers, with today's names and labels.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.hpp"
#include "base/metrics.hpp"
#include "kube/object/object.hpp"

namespace rotor::secrets {

class World;

class Metrics {
 public:
  // Series of conditions are read from `world` at each scrape, so none outlives its object.
  Metrics(MetricsRegistry& registry, const World& world);

  void sync_call(const kube::Key& key, Duration took);
  void sync_error(const kube::Key& key);
  void external_secret_appeared(const kube::Key& key) { deleted_.erase(key); }
  void external_secret_gone(const kube::Key& key);
  void store_pass(const kube::Key& key, Duration took);  // an empty namespace: a ClusterSecretStore
  void store_gone(const kube::Key& key);

 private:
  Family<Counter>& calls_;
  Family<Counter>& errors_;
  Family<Gauge>& duration_;
  Family<Gauge>& store_duration_;
  Family<Gauge>& cluster_store_duration_;
  std::set<kube::Key> deleted_;
};

}  // namespace rotor::secrets
