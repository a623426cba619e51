// The keys of Secrets and ConfigMaps as files, changed all at once: whoever reads through `..data` sees the old state
// or the new one, never a mixture. The layout is the kubelet's, which programs that wait for changes know.
// https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically
#pragma once

#include <map>
#include <string>

#include <sys/types.h>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::local {

struct VolumeFile {
  SecretBytes content;
  mode_t mode = 0400;
  friend bool operator==(const VolumeFile&, const VolumeFile&) = default;
};
using VolumeFiles = std::map<std::string, VolumeFile, std::less<>>;  // by path below the volume

// `folder` exists. True when something changed.
Result<bool> write_projected(const std::string& folder, const VolumeFiles& files);

}  // namespace rotor::local
