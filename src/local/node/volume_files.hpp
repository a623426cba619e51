// The files of a volume out of the objects it names, as a kubelet makes them. Pure.
#pragma once

#include <map>
#include <set>
#include <string>

#include "kube/object/object.hpp"
#include "local/node/projected_folder.hpp"
#include "local/node/volume_plan.hpp"

namespace rotor::local {

// What volumes are filled from. An object that does not exist is absent from its map.
struct VolumeObjects {
  std::map<std::string, SecretMap, std::less<>> secrets{};
  std::map<std::string, SecretMap, std::less<>> config_maps{};  // data and binaryData, decoded
  kube::ObjectMeta pod{};
};

// kNotFound: a required object or key is missing; kInvalid: a path that leads out of the volume.
Result<VolumeFiles> volume_files(const PlannedVolume& volume, const VolumeObjects& objects);

}  // namespace rotor::local
