#include "secrets/cluster/metrics.hpp"

#include <algorithm>

namespace rotor::secrets::cluster {

ClusterMetrics::ClusterMetrics(MetricsRegistry& registry, const ClusterWorld& world, const kube::Ownership& ownership)
    : duration_(registry.gauge("clusterexternalsecret_reconcile_duration", "Length of the last pass, in nanoseconds.",
                               {"name", "namespace"})) {
  registry.callback(MetricsRegistry::Kind::kGauge, "clusterexternalsecret_status_condition",
                    "Conditions of ClusterExternalSecrets.", {"name", "namespace", "condition", "status"},
                    [&world, &ownership](const MetricsRegistry::Emit& emit) {
                      for (const auto& [key, parent] : world.parents()) {
                        if (!ownership.keeps(key)) continue;
                        for (const auto& condition : parent->status.conditions) {
                          const bool is_true = condition.status == "True";
                          emit({key.name, "", condition.type, "True"}, is_true ? 1 : 0);
                          emit({key.name, "", condition.type, "False"}, is_true ? 0 : 1);
                        }
                      }
                    });
}

void ClusterMetrics::pass_took(const std::string& name, Duration took) {
  duration_.with({name, ""}).set(static_cast<double>(took.count()));
}

}  // namespace rotor::secrets::cluster
