// Writes the Secret of an ExternalSecret as it was planned. It reads and decides nothing.
#pragma once

#include <optional>

#include "base/task.hpp"
#include "secrets/ending.hpp"
#include "secrets/key_diff.hpp"
#include "secrets/parts.hpp"
#include "secrets/plan.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

// What was done that people are told.
enum class Deed : std::uint8_t { kCreated, kUpdated, kOrphanDeleted, kDeleted };

class TargetWriter {
 public:
  explicit TargetWriter(const Parts& parts) : p_(parts) {}

  // `live`: the Secret that was planned on; null when there is none.
  Task<Synced<std::optional<Deed>>> write(ExternalSecretPtr es, TargetPtr live, Plan plan);
  // Its stores name other versions for the same values. What cannot be written now is tried with the next refresh.
  Task<> restate_versions(ExternalSecretPtr es, TargetPtr live, std::string mark);
  Task<Synced<Deed>> remove_orphan(TargetPtr orphan);
  // As it was seen, and no other; good as well when it is gone.
  Task<Synced<Deed>> remove(TargetPtr target, Deed deed, Ending failure, std::string_view what);

 private:
  using Done = Synced<std::optional<Deed>>;
  Task<Done> create(ExternalSecretPtr es, api::Secret secret);
  Task<Done> update(ExternalSecretPtr es, TargetPtr live, api::Secret secret);
  Task<bool> was_written(api::Secret secret, Code failed_with);
  Task<std::optional<KeyDiff>> diff_to(const api::Secret& secret);
  Task<Done> mark(ExternalSecretPtr es);

  Parts p_;
};

}  // namespace rotor::secrets
