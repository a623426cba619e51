// What of a status is told as an event: only what is news, by the two statuses alone, so that a restart of the operator
// tells nothing twice. Pure.
#pragma once

#include <string>
#include <vector>

#include "api/openclaw/instance.hpp"
#include "kube/events/events.hpp"

namespace rotor::openclaw {

struct StatusEvent {
  kube::EventRecorder::Type type;
  std::string reason;
  std::string message;
};

std::vector<StatusEvent> status_events(const api::InstanceStatus& before, const api::InstanceStatus& after);

}  // namespace rotor::openclaw
