// What is written of a Lease: its spec, all of it at once, and the marks by which other installations find it.
#pragma once

#include <optional>

#include <boost/json/object.hpp>

#include "json/document.hpp"
#include "kube/leader/work.hpp"

namespace rotor::kube {

inline json::Object lease_fields(const LeaseSpec& spec) {
  return {{"holderIdentity", spec.holder_identity},
          {"leaseDurationSeconds", spec.lease_duration_seconds},
          {"acquireTime", spec.acquire_time},
          {"renewTime", spec.renew_time},
          {"leaseTransitions", spec.lease_transitions}};
}

// What is merged into a Lease's metadata; nothing where the work is not said.
void mark_lease(json::Object& metadata, const std::optional<Work>& work);
void mark_lease(ObjectMeta& metadata, const std::optional<Work>& work);

}  // namespace rotor::kube
