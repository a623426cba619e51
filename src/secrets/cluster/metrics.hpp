// The metrics of the controller of ClusterExternalSecrets, with today's names and labels.
#pragma once

#include <string>

#include "base/duration.hpp"
#include "base/metrics.hpp"
#include "kube/shards/ownership.hpp"
#include "secrets/cluster/cluster_world.hpp"

namespace rotor::secrets::cluster {

class ClusterMetrics {
 public:
  // Conditions are read from `world` at each scrape, True or False alike.
  ClusterMetrics(MetricsRegistry& registry, const ClusterWorld& world, const kube::Ownership& ownership);

  void pass_took(const std::string& name, Duration took);
  void gone(const std::string& name) { duration_.remove({name, ""}); }

 private:
  Family<Gauge>& duration_;
};

}  // namespace rotor::secrets::cluster
