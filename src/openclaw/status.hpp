// What an instance says about itself: phase, conditions, endpoints. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/openclaw/instance.hpp"
#include "base/clock.hpp"
#include "openclaw/managed.hpp"
#include "openclaw/rotation.hpp"
#include "openclaw/rotation_permit.hpp"

namespace rotor::openclaw {

struct WorkloadState {
  std::int64_t replicas = 0;
  std::int64_t ready_replicas = 0;
  std::int64_t updated_replicas = 0;
  bool current = true;  // the counts are about the template that is there now, and all the pods that it asks for
};

// Every pod is of the newest template and ready. Equal revisions say less: they are equal too while a pod of a template
// that was taken back is stuck, and never become equal under the strategy OnDelete.
bool rolled_out(const WorkloadState& state);

struct PassReport {
  WorkloadState workload{};
  RotationDecision rotation{};
  std::string claim{};                       // that the data volume of the pods is; empty: it is none
  std::string key_error{};                   // why there is no digest key; empty: there is one
  Permit permit{};                           // what a restart that is due was answered
  std::vector<std::string> spec_problems{};  // that admission would have refused and a pod can be made with
  std::vector<std::string> unbuilt{};        // what the spec asks for and nobody builds yet
};

// Why a pass went no further than to look at the instance.
struct Refusal {
  std::string_view condition;  // that is False
  std::string_view reason;
  std::string problem;
};
inline constexpr std::string_view kNameUsable = "NameUsable", kNameUnusable = "NameUnusable";
inline constexpr std::string_view kSpecValid = "SpecValid", kSpecInvalid = "SpecInvalid";
inline constexpr std::string_view kSpecSupported = "SpecSupported", kNotBuiltYet = "NotBuiltYet";

// After a pass that went through, all rows of `kinds` included.
api::InstanceStatus status_after(const api::OpenClawInstance& instance, const PassReport& report, WallTime now,
                                 ManagedKinds kinds = managed_kinds());
// After one that wrote nothing because no workload can be made of the instance. `runs`: there is one all the same.
api::InstanceStatus status_refused(const api::OpenClawInstance& instance, const Refusal& refusal,
                                   const std::optional<WorkloadState>& runs, WallTime now);
// After one that did not.
api::InstanceStatus status_failed(const api::OpenClawInstance& instance, const std::string& message, WallTime now);
// While it is deleted without the backup that somebody counts on.
api::InstanceStatus status_without_backup(const api::OpenClawInstance& instance, const std::string& message,
                                          WallTime now);
api::InstanceStatus status_with_phase(const api::OpenClawInstance& instance, std::string phase);

}  // namespace rotor::openclaw
