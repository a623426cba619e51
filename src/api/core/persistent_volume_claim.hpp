// https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/persistent-volume-claim-v1/
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/core/pod.hpp"

namespace rotor::api {

struct PersistentVolumeClaimSpec {
  std::vector<std::string> access_modes;
  ResourceRequirements resources;
  std::optional<std::string> storage_class_name;  // empty: no class, absent: the cluster's default
};

struct PersistentVolumeClaim {
  std::string api_version = "v1";
  std::string kind = "PersistentVolumeClaim";
  kube::ObjectMeta metadata;
  PersistentVolumeClaimSpec spec;
};

}  // namespace rotor::api

namespace rotor::kube {
template <>
inline constexpr Resource kResource<api::PersistentVolumeClaim> = {"", "v1", "persistentvolumeclaims",
                                                                   "PersistentVolumeClaim"};
}

namespace rotor::json {
ROTOR_DESCRIBED(api::PersistentVolumeClaimSpec);
ROTOR_DESCRIBED(api::PersistentVolumeClaim);
}  // namespace rotor::json
