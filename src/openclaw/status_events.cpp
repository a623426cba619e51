#include "openclaw/status_events.hpp"

#include <array>

#include "openclaw/status.hpp"

namespace rotor::openclaw {
namespace {

using Type = kube::EventRecorder::Type;

// As long as they are False they are a warning, told again when they say something else.
constexpr std::array<std::string_view, 3> kWarned = {kNameUsable, kSpecValid, kSpecSupported};

bool is_false(const kube::Condition* condition) { return condition != nullptr && condition->status == "False"; }

bool is_ready(const api::InstanceStatus& status) {
  const kube::Condition* ready = kube::find_condition(status.conditions, "Ready");
  return ready != nullptr && ready->status == "True";
}

}  // namespace

std::vector<StatusEvent> status_events(const api::InstanceStatus& before, const api::InstanceStatus& after) {
  std::vector<StatusEvent> out;
  for (const std::string_view type : kWarned) {
    const kube::Condition* was = kube::find_condition(before.conditions, type);
    const kube::Condition* is = kube::find_condition(after.conditions, type);
    if (!is_false(is) || (is_false(was) && was->message == is->message)) continue;
    out.push_back({Type::kWarning, is->reason, is->message});
  }
  if (after.phase == "Suspended" && before.phase != "Suspended") {
    out.push_back({Type::kNormal, "Suspended", "Instance is suspended (spec.suspended=true), workload scaled to zero"});
  }
  if (is_ready(after) && !is_ready(before)) {
    out.push_back({Type::kNormal, "ReconcileSucceeded", "All resources reconciled successfully"});
  }
  return out;
}

}  // namespace rotor::openclaw
