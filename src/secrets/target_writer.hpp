// Brings the Secret on the API server to what it should be, and takes away what an earlier target name left behind.
#pragma once

#include <expected>
#include <string>

#include "base/task.hpp"
#include "kube/client/client.hpp"
#include "kube/events/events.hpp"
#include "secrets/build.hpp"
#include "secrets/world.hpp"

namespace rotor::secrets {

// Somebody else wrote in between: no condition, the next pass sees what they wrote.
inline constexpr std::string_view kAgain = "";
inline constexpr std::string_view kCouldNotUpdate = "could not update secret";

// What a failed write of a Secret says, and what becomes of the pass.
SyncFailure write_failure(Error error, const std::string& context);

template <class T>
using Synced = std::expected<T, SyncFailure>;

class TargetWriter {
 public:
  using EsPtr = World::ExternalSecretPtr;

  TargetWriter(kube::Client& client, World& world, kube::EventRecorder& events)
      : client_(client), world_(world), events_(events) {}

  Task<Synced<void>> write(EsPtr es, tmpl::SecretParts parts);
  // Leaves the data as it is.
  Task<Synced<void>> keep(EsPtr es, World::TargetPtr live);
  // Secrets this ExternalSecret made under an earlier target name.
  Task<Synced<void>> delete_orphans(EsPtr es);

 private:
  Task<Synced<void>> overwrite(EsPtr es, Synced<Desired> desired);
  Task<Synced<void>> create(EsPtr es, api::Secret secret);
  Task<Synced<void>> update(EsPtr es, api::Secret secret);
  Task<Synced<World::TargetPtr>> take_over(EsPtr es);

  kube::Client& client_;
  World& world_;
  kube::EventRecorder& events_;
};

}  // namespace rotor::secrets
