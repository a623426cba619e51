#include "local/once.hpp"

namespace rotor::local {

void Once::ended(const std::string& workload, int code) {
  State& state = states_[workload];
  state.running = false;
  if (!state.code) state.code = code;
}

void Once::started(const std::string& workload) { states_[workload].running = true; }

void Once::waits(const std::string& workload, std::string reason) { states_[workload].reason = std::move(reason); }

void Once::cannot_start(const std::string& workload, std::string reason) {
  State& state = states_[workload];
  if (state.running || state.code) return;
  state = {.code = 1, .lost = true, .reason = std::move(reason)};
}

void Once::no_use_waiting() {
  for (const std::string& workload : workloads_) {
    const std::string reason = states_[workload].reason;
    if (!reason.empty()) cannot_start(workload, reason);
  }
}

void Once::out_of_time() {
  for (const std::string& workload : workloads_) {
    const std::string reason = states_[workload].reason;
    cannot_start(workload, reason.empty() ? "no pod was made for it: see the conditions of the instance" : reason);
  }
}

std::optional<int> Once::exit_code() const {
  int code = 0;
  for (const std::string& workload : workloads_) {
    const auto it = states_.find(workload);
    if (it == states_.end() || !it->second.code) return std::nullopt;
    if (code == 0) code = *it->second.code;
  }
  return code;
}

std::vector<std::string> Once::reasons() const {
  std::vector<std::string> out;
  for (const std::string& workload : workloads_) {
    const auto it = states_.find(workload);
    if (it != states_.end() && it->second.lost) out.push_back(workload + " could not start: " + it->second.reason);
  }
  return out;
}

}  // namespace rotor::local
