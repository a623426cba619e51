// The instance controller's series, by the names dashboards already use.
#pragma once

#include <functional>
#include <string>

#include "base/metrics.hpp"
#include "kube/object/object.hpp"
#include "openclaw/rollout/limiter.hpp"
#include "openclaw/view.hpp"

namespace rotor::openclaw {

class Metrics {
 public:
  // Phase, readiness and image are read from the cache at each scrape, so they end with the instance. `is_ours`: of
  // those that another replica works on nothing is shown.
  using Filter = std::function<bool(const kube::Key& instance)>;
  Metrics(MetricsRegistry& registry, const View& view, Filter is_ours);

  void reconciled(const kube::Key& instance, std::string_view result, double seconds);
  void rotated(const kube::Key& instance, std::string_view result);
  void rollout_latency(double seconds);
  // How many restarts are under way, wait, and which Secrets go no further; read at each scrape.
  void follow(const RolloutLimiter& limiter);
  void forget(const kube::Key& instance);

 private:
  MetricsRegistry& registry_;
  Family<Counter>& reconciles_;
  Family<Histogram>& durations_;
  Family<Counter>& rotations_;
  Family<Histogram>& latency_;
};

}  // namespace rotor::openclaw
