// Reporting: what an instance's events say of its Secrets, once for each change.
#pragma once

#include "api/openclaw/instance.hpp"
#include "kube/events/events.hpp"
#include "openclaw/memory.hpp"
#include "openclaw/rotation.hpp"
#include "openclaw/rotation_permit.hpp"

namespace rotor::openclaw {

// Of required Secrets and keys that are not there, and of values that no process can be given.
void tell_trouble(kube::EventRecorder& events, const api::OpenClawInstance& instance, const RotationDecision& decision,
                  Memory& memory);
// Of a Secret without which a pass ends before it comes to the others.
void tell_missing(kube::EventRecorder& events, const api::OpenClawInstance& instance, const Finding& finding,
                  Memory& memory);
// Of a rotation: a kubelet reads an immutable Secret no second time while a pod of its node refers to it (seen
// on 1.36.3).
void tell_immutable(kube::EventRecorder& events, const api::OpenClawInstance& instance, const RotationWish& wish);

// Of a restart that is refused, or stopped.
void tell_permit(kube::EventRecorder& events, const api::OpenClawInstance& instance, const Permit& permit,
                 Memory& memory);

}  // namespace rotor::openclaw
