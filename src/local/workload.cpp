#include "local/workload.hpp"

#include <algorithm>

namespace rotor::local {

WorkloadAction decide(const WorkloadInput& in) {
  const bool running = in.state == ProcessState::kRunning;
  const bool changed = in.revision != in.running_revision;
  if (!in.wanted) return running || in.state != ProcessState::kNone ? WorkloadAction::kStop : WorkloadAction::kNothing;
  if (in.once && (running || in.state == ProcessState::kExited)) return WorkloadAction::kNothing;
  if (running) return changed ? WorkloadAction::kRestart : WorkloadAction::kNothing;
  // A new template is a new pod: it owes nothing to the back-off of the old one.
  if (in.state == ProcessState::kExited && !changed && in.now < in.not_before) return WorkloadAction::kWait;
  return WorkloadAction::kStart;
}

Duration crash_back_off(int restarts) {
  using namespace std::chrono_literals;
  if (restarts <= 1) return Duration::zero();
  const int doublings = std::min(restarts - 2, 10);
  return std::min<Duration>(10s * (1 << doublings), 5min);
}

}  // namespace rotor::local
