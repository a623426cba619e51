#include "cli/watchdog.hpp"

#include <fmt/format.h>

namespace rotor::cli {
namespace {

const std::vector<std::string> kLabels = {"controller", "waits_for"};

// Readiness gives others the time to look; after that only a new process may help.
constexpr int kStuckAfterLimits = 2;

void add(MetricsRegistry& metrics, std::string_view name, std::string_view help, AllLateness lateness,
         double (*number)(const kube::Lateness&)) {
  metrics.callback(MetricsRegistry::Kind::kGauge, name, help, kLabels,
                   [lateness = std::move(lateness), number](const MetricsRegistry::Emit& emit) {
                     for (const kube::QueueLateness& queue : lateness()) {
                       emit({queue.queue, "store"}, number(queue.parked));
                       emit({queue.queue, "worker"}, number(queue.workers));
                     }
                   });
}

std::string reason_past(int limits, const std::vector<kube::QueueLateness>& lateness, Duration limit) {
  if (limit <= Duration::zero()) return {};
  for (const kube::QueueLateness& queue : lateness) {
    if (queue.workers.greatest <= limits * limit) continue;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(queue.workers.greatest);
    return fmt::format(
        "{}: an object has been due for {} and is not done ({} are late; --overdue-limit is {}); see "
        "rotor_overdue_seconds and the log",
        queue.queue, format_duration(seconds), queue.workers.count, format_duration(limit));
  }
  return {};
}

}  // namespace

void add_overdue_metrics(MetricsRegistry& metrics, AllLateness lateness) {
  add(metrics, "rotor_overdue_seconds", "For how long the object that waits longest has been due.", lateness,
      [](const kube::Lateness& late) { return std::chrono::duration<double>(late.greatest).count(); });
  add(metrics, "rotor_overdue_objects", "Objects that have been due for a second or more.", std::move(lateness),
      [](const kube::Lateness& late) { return static_cast<double>(late.count); });
}

std::string overdue_reason(const std::vector<kube::QueueLateness>& lateness, Duration limit) {
  return reason_past(1, lateness, limit);
}

std::string stuck_reason(const std::vector<kube::QueueLateness>& lateness, Duration limit) {
  return reason_past(kStuckAfterLimits, lateness, limit);
}

}  // namespace rotor::cli
