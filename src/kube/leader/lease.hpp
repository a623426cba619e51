// The Lease that replicas elect their leader by.
// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/
#pragma once

#include <string>

#include "kube/object/object.hpp"

namespace rotor::kube {

struct LeaseSpec {
  std::string holder_identity{};  // empty: given back
  std::int64_t lease_duration_seconds = 0;
  std::string acquire_time{};
  std::string renew_time{};
  std::int64_t lease_transitions = 0;
  friend bool operator==(const LeaseSpec&, const LeaseSpec&) = default;
};

struct Lease {
  std::string api_version = "coordination.k8s.io/v1";
  std::string kind = "Lease";
  ObjectMeta metadata{};
  LeaseSpec spec{};
};

template <>
inline constexpr Resource kResource<Lease> = {"coordination.k8s.io", "v1", "leases", "Lease", true};

}  // namespace rotor::kube

namespace rotor::json {
ROTOR_DESCRIBED(kube::LeaseSpec);
ROTOR_DESCRIBED(kube::Lease);
}  // namespace rotor::json
