#include "api/core/persistent_volume_claim.hpp"

namespace rotor::json {
using namespace api;

ROTOR_DESCRIBE(PersistentVolumeClaimSpec, "How much storage is wanted, and of which kind.",
               field<&PersistentVolumeClaimSpec::access_modes>("accessModes"),
               field<&PersistentVolumeClaimSpec::resources>("resources"),
               field<&PersistentVolumeClaimSpec::storage_class_name>("storageClassName"));

ROTOR_DESCRIBE(PersistentVolumeClaim, "A piece of storage that pods can use.",
               field<&PersistentVolumeClaim::api_version>("apiVersion"), field<&PersistentVolumeClaim::kind>("kind"),
               field<&PersistentVolumeClaim::metadata>("metadata"), field<&PersistentVolumeClaim::spec>("spec"));

}  // namespace rotor::json
