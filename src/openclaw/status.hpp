// What an instance says about itself: phase, conditions, endpoints. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/openclaw/instance.hpp"
#include "base/clock.hpp"
#include "openclaw/rotation.hpp"

namespace rotor::openclaw {

struct WorkloadState {
  std::int64_t replicas = 0;
  std::int64_t ready_replicas = 0;
};

struct PassReport {
  WorkloadState workload{};
  RotationDecision rotation{};
  bool has_claim = false;   // the data volume is a claim
  std::string key_error{};  // why there is no digest key; empty: there is one
};

// After a pass that went through.
api::InstanceStatus status_after(const api::OpenClawInstance& instance, const PassReport& report, WallTime now);
// After one that did not.
api::InstanceStatus status_failed(const api::OpenClawInstance& instance, const std::string& message, WallTime now);
api::InstanceStatus status_with_phase(const api::OpenClawInstance& instance, std::string phase);

// The merge patch that turns one into the other; empty when there is nothing to write.
std::string status_patch(const api::InstanceStatus& before, const api::InstanceStatus& after);

}  // namespace rotor::openclaw
