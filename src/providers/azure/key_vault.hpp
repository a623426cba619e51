// Reading from a key vault.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/repeated.hpp"
#include "base/turns.hpp"
#include "providers/azure/bundle.hpp"
#include "providers/azure/vault.hpp"

namespace rotor::providers::azure {

class KeyVault final : public SecretsClient {
 public:
  // `vault` is null for a ClusterSecretStore whose credentials depend on the consumer and that has none.
  KeyVault(std::shared_ptr<Vault> vault, Clock& clock, Repeated& ignored_rest);

  std::unique_ptr<SecretsClient> again() const override;
  Task<Validation> validate() override;
  bool reads_side_by_side() const override { return true; }
  Task<Lookup<SecretBytes>> get_secret(RemoteRef ref) override;
  Task<Lookup<SecretMap>> get_secret_map(RemoteRef ref) override;
  Task<Lookup<SecretMap>> get_all(FindRequest find) override;

 private:
  using BundlePtr = std::shared_ptr<const Bundle>;

  Result<ObjectName> object_of(const std::string& key);
  Task<Lookup<BundlePtr>> read(ObjectName object, std::string version);
  Task<Result<std::vector<std::string>>> list(FindRequest find);

  std::shared_ptr<Vault> vault_;
  Clock& clock_;
  Repeated& ignored_rest_;
  // A client lives for one reconcile: several entries of one ExternalSecret share an answer.
  std::map<std::string, BundlePtr> read_;
  Turns reading_;  // by the same names
};

}  // namespace rotor::providers::azure
