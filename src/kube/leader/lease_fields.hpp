// The fields of a Lease's spec, for patches that change all of them at once.
#pragma once

#include <boost/json/object.hpp>

#include "json/document.hpp"
#include "kube/leader/lease.hpp"

namespace rotor::kube {

inline json::Object lease_fields(const LeaseSpec& spec) {
  return {{"holderIdentity", spec.holder_identity},
          {"leaseDurationSeconds", spec.lease_duration_seconds},
          {"acquireTime", spec.acquire_time},
          {"renewTime", spec.renew_time},
          {"leaseTransitions", spec.lease_transitions}};
}

}  // namespace rotor::kube
