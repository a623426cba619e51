// Releases of the existing operator before StatefulSets left a Deployment of the instance's name, which would run a
// second pod on the same data.
#pragma once

#include "kube/events/events.hpp"
#include "openclaw/view.hpp"

namespace rotor::openclaw {

// Removes it if this very instance owns it; anybody else's stays.
Task<Result<void>> remove_legacy_deployment(kube::Client& client, kube::EventRecorder& events, InstancePtr instance);

}  // namespace rotor::openclaw
