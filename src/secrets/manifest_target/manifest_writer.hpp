// Writes the object of spec.target.manifest as it was planned. It reads and decides nothing.
#pragma once

#include <optional>

#include "base/task.hpp"
#include "secrets/manifest_target/read_manifest.hpp"
#include "secrets/parts.hpp"
#include "secrets/plan.hpp"
#include "secrets/target_writer.hpp"

namespace rotor::secrets {

class ManifestWriter {
 public:
  explicit ManifestWriter(const Parts& parts) : p_(parts) {}

  // `place`: what was planned on.
  Task<Synced<std::optional<Deed>>> write(ExternalSecretPtr es, ManifestPlacePtr place, Plan plan);
  // Under its uid; good as well when it is gone.
  Task<Synced<Deed>> remove(ExternalSecretPtr es, ManifestPlacePtr place);

 private:
  using Done = Synced<std::optional<Deed>>;
  Task<Done> create(ExternalSecretPtr es, ManifestPlacePtr place, Plan plan);
  Task<Done> update(ExternalSecretPtr es, ManifestPlacePtr place, Plan plan);
  Task<Synced<void>> settle(ExternalSecretPtr es, ManifestPlacePtr place, std::string written, SecretBytes answer);

  Parts p_;
};

}  // namespace rotor::secrets
