// Secrets and ConfigMaps that reach the containers of a pod as files which nobody brings up to date while it runs: by
// subPath, or for init containers alone.
#pragma once

#include <string>
#include <vector>

#include "api/core/pod.hpp"

namespace rotor::openclaw {

struct FileReference {
  enum class Of : std::uint8_t { kSecret, kConfigMap };
  std::string name;
  std::string key;            // empty: all of it
  bool required = false;      // no container starts without the object,
  bool key_required = false;  // nor without the key
  std::string path{};         // files_of(): in the volume
  friend bool operator==(const FileReference&, const FileReference&) = default;
};

// `whole_volumes`: also what running containers have whole.
std::vector<FileReference> file_references(const api::PodSpec& pod, FileReference::Of of, bool whole_volumes);

// The keys of Secrets that a volume shows one by one.
std::vector<FileReference> files_of(const api::Volume& volume);

}  // namespace rotor::openclaw
