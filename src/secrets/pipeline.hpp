// One sync: stores → answers → values → template → Secret.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/pool.hpp"
#include "kube/client/client.hpp"
#include "kube/runtime/rotation_key.hpp"
#include "secrets/fetch.hpp"
#include "secrets/inputs.hpp"
#include "secrets/options.hpp"
#include "secrets/target_writer.hpp"
#include "secrets/world.hpp"

namespace rotor::secrets {

// What a good sync ends with.
struct SyncResult {
  std::string message;      // of the Ready condition
  bool has_secret = false;  // false: nothing was fetched and what was there stays
  std::string digest{};     // for status.inputsDigest
};

class Pipeline {
 public:
  using EsPtr = World::ExternalSecretPtr;
  struct Parts {
    kube::Client& client;
    Clock& clock;
    World& world;
    const providers::ProviderRegistry& registry;
    providers::ReferenceGate& gate;
    kube::EventRecorder& events;
    Pool& pool;
    const Options& options;
  };

  explicit Pipeline(Parts parts);

  Task<Synced<SyncResult>> run(EsPtr es);
  void forget(const kube::Key& external_secret) { remembered_.erase(external_secret); }

 private:
  struct Made;      // what rendering gave
  struct Gathered;  // what it is made of
  Task<Synced<Gathered>> gather(EsPtr es);
  Task<Synced<Made>> make(EsPtr es, Gathered gathered);
  Task<Synced<SyncResult>> write(EsPtr es, Made made, SecretBytes inputs);
  Task<Synced<SyncResult>> keep(EsPtr es, World::TargetPtr live, std::string digest);
  Task<std::shared_ptr<const kube::DigestKey>> digest_key();
  std::string remembered(const kube::Key& key) const;

  tmpl::Environment environment() const;

  Parts p_;
  TargetWriter writer_;
  kube::RotationKey rotation_key_;
  std::shared_ptr<const kube::DigestKey> own_key_;  // while there is no other
  // Digests by ExternalSecret: a status may not have been written yet, or come without the field from an older CRD.
  std::map<kube::Key, std::string> remembered_;
};

}  // namespace rotor::secrets
