// Is everything worked on that is due? A metric, and past a limit a reason not to be ready.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/metrics.hpp"
#include "kube/runtime/queue.hpp"

namespace rotor::cli {

using AllLateness = std::function<std::vector<kube::QueueLateness>()>;

// rotor_overdue_seconds and rotor_overdue_objects, asked for at each scrape. `lateness` outlives the registry.
void add_overdue_metrics(MetricsRegistry& metrics, AllLateness lateness);

// Why the process is not healthy: an object that has been due for longer than `limit` and that no worker has done with.
// Empty: it is. What waits for its store is not counted, nor anything with a limit of zero.
std::string overdue_reason(const std::vector<kube::QueueLateness>& lateness, Duration limit);

// Why the process had better be started anew: the same, past twice the limit.
std::string stuck_reason(const std::vector<kube::QueueLateness>& lateness, Duration limit);

}  // namespace rotor::cli
