// What stands behind each volume that a container mounts, read from the pod. Pure.
// https://kubernetes.io/docs/concepts/storage/volumes/
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/core/pod.hpp"
#include "base/error.hpp"

namespace rotor::local {

// One key, or one field of the pod, and where it goes.
struct PlannedItem {
  std::string key;  // or the fieldPath
  std::string path;
  std::optional<std::int32_t> mode{};
};

// Where some files of a volume come from.
struct PlannedSource {
  enum class Kind : std::uint8_t { kSecret, kConfigMap, kPodFields } kind = Kind::kSecret;
  std::string name{};  // of the Secret or ConfigMap
  bool optional = false;
  std::vector<PlannedItem> items{};  // of a Secret or ConfigMap: none means every key under its own name
};

struct PlannedVolume {
  std::string name;
  enum class Kind : std::uint8_t { kFolder, kClaim, kFiles } kind = Kind::kFolder;
  std::string claim{};                   // of kClaim
  std::vector<PlannedSource> sources{};  // of kFiles; a later one wins
  std::int32_t default_mode = 0644;
};

// The volumes that `container` mounts, in the order of its mounts, each once. kInvalid: one that cannot be had on a
// laptop, or a mount of a volume that is not defined; the message names it and says what to do.
Result<std::vector<PlannedVolume>> plan_volumes(const api::PodSpec& pod, const api::Container& container);

}  // namespace rotor::local
