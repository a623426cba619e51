#include "local/node/workload.hpp"

#include <algorithm>

namespace rotor::local {

SetAction decide(const SetInput& in) {
  if (!in.exists || in.deleting) return SetAction::kNothing;
  switch (in.pod) {
    case SetInput::Pod::kNone:
      return in.wants_pod ? SetAction::kCreate : SetAction::kNothing;
    case SetInput::Pod::kOrphan:
      return in.pod_terminating ? SetAction::kNothing : SetAction::kAdopt;
    case SetInput::Pod::kForeign:
      return SetAction::kNothing;
    case SetInput::Pod::kOurs:
      break;
  }
  if (in.pod_terminating) return SetAction::kNothing;
  if (!in.wants_pod) return SetAction::kRemove;
  return in.pod_current || !in.replaces ? SetAction::kNothing : SetAction::kReplace;
}

PodAction decide(const PodInput& in) {
  const bool lives = in.state == ProcessState::kRunning || in.state == ProcessState::kEnding;
  if (!in.exists) return lives ? PodAction::kStop : PodAction::kForget;
  if (in.terminating) {
    if (lives) return PodAction::kStop;
    return in.finished ? PodAction::kNothing : PodAction::kFinish;
  }
  if (lives) return PodAction::kNothing;
  if (in.state == ProcessState::kExited && in.once) return PodAction::kNothing;
  if (in.state == ProcessState::kExited && in.now < in.not_before) return PodAction::kWait;
  return PodAction::kStart;
}

Duration crash_back_off(int restarts) {
  using namespace std::chrono_literals;
  if (restarts <= 1) return Duration::zero();
  const int doublings = std::min(restarts - 2, 10);
  return std::min<Duration>(10s * (1 << doublings), 5min);
}

}  // namespace rotor::local
