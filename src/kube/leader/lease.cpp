#include "kube/leader/lease.hpp"

namespace rotor::json {

using namespace rotor::kube;

ROTOR_DESCRIBE(kube::LeaseSpec, "Who holds the lease, and since when.",
               field<&LeaseSpec::holder_identity>("holderIdentity", {.keep_empty = true}),
               field<&LeaseSpec::lease_duration_seconds>("leaseDurationSeconds"),
               field<&LeaseSpec::acquire_time>("acquireTime"), field<&LeaseSpec::renew_time>("renewTime"),
               field<&LeaseSpec::lease_transitions>("leaseTransitions", {.keep_empty = true}));

ROTOR_DESCRIBE(kube::Lease, "A lease of a group of replicas.", field<&Lease::kind>("kind", {.keep_empty = true}),
               field<&Lease::api_version>("apiVersion", {.keep_empty = true}),
               field<&Lease::metadata>("metadata", {.keep_empty = true}),
               field<&Lease::spec>("spec", {.keep_empty = true}));

}  // namespace rotor::json
