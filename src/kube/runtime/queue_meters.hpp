// The series of a controller and its work queue, by the names that dashboards of Kubernetes controllers use.
#pragma once

#include <functional>
#include <string>

#include "base/duration.hpp"
#include "base/metrics.hpp"
#include "kube/runtime/queue.hpp"

namespace rotor::kube {

class QueueMeters {
 public:
  // What is so at the moment of a scrape.
  struct Now {
    std::size_t depth = 0;
    std::size_t active = 0;
    Duration unfinished{};  // of all that is being worked on, together
    Duration longest{};
  };
  QueueMeters(MetricsRegistry& registry, std::string controller, int workers, std::function<Now()> now);

  void added() { adds_.add(); }
  void retried() { retries_.add(); }
  void began_after(Duration waited);
  void ended(Outcome::Kind kind, Duration took);

 private:
  std::string controller_;
  Counter& adds_;
  Counter& retries_;
  Family<Counter>& results_;
  Counter& errors_;
  Histogram& waits_;
  Histogram& works_;
  Histogram& reconciles_;
};

}  // namespace rotor::kube
