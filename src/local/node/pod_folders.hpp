// The folders of one pod: its home, its volumes, and where its container's mounts lead.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/core/pod.hpp"
#include "local/node/data_directory.hpp"
#include "local/node/mount_map.hpp"
#include "local/node/volume_files.hpp"

namespace rotor::local {

// A mount with $(VAR) of subPathExpr filled in.
struct PlannedMount {
  std::string volume;
  std::string path;  // in the container
  std::string sub_path{};
};

struct PodPlan {
  kube::Key pod;
  std::vector<PlannedVolume> volumes{};
  std::vector<PlannedMount> mounts{};
  std::string home{};  // as the container says; empty: it says nothing
};

struct PodFolders {
  std::string home;
  MountMap mounts;
};

// Makes what is missing and fills the volumes of files. Errors name the volume or the mount.
Result<PodFolders> make_pod_folders(const DataFolder& data, const PodPlan& plan, const VolumeObjects& objects);

// Fills the volumes of files anew, for a process that runs. A volume whose required object is gone stays as it was.
// The names of the volumes that changed; `kept` gets why others were left.
std::vector<std::string> refresh_volumes(const DataFolder& data, const PodPlan& plan, const VolumeObjects& objects,
                                         std::vector<Error>& kept);

}  // namespace rotor::local
