// The object that spec.target.manifest names, as it is.
#pragma once

#include <memory>
#include <optional>

#include "base/task.hpp"
#include "kube/object/object.hpp"
#include "secrets/ending.hpp"
#include "secrets/manifest_target/render_manifest.hpp"
#include "secrets/parts.hpp"

namespace rotor::secrets {

struct ManifestPlace {
  kube::Resource resource;
  std::optional<LiveObject> live;  // nullopt: there is none of that name

  const LiveObject* there() const { return live ? &*live : nullptr; }
};
using ManifestPlacePtr = std::shared_ptr<const ManifestPlace>;

// kNotFound: its kind is not served.
Task<Synced<ManifestPlacePtr>> read_manifest(Parts parts, ExternalSecretPtr es);

}  // namespace rotor::secrets
