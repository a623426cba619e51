// Reading from OpenBao, with the client of Vault and the rules of OpenBao's own back end: keys are taken as they are,
// a property is a key of the secret and no path, a search looks at one folder.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "providers/vault/kv.hpp"
#include "providers/vault/session.hpp"

namespace rotor::providers::vault {

class OpenBaoClient final : public SecretsClient {
 public:
  // `session` is null for a ClusterSecretStore whose credentials depend on the consumer, looked at without one.
  OpenBaoClient(std::unique_ptr<Session> session, Config config);

  std::unique_ptr<SecretsClient> again() const override;
  Task<Validation> validate() override;
  bool reads_side_by_side() const override { return true; }
  Task<Lookup<SecretBytes>> get_secret(RemoteRef ref) override;
  Task<Lookup<SecretMap>> get_secret_map(RemoteRef ref) override;
  Task<Lookup<SecretMap>> get_all(FindRequest find) override;

 private:
  using DocumentPtr = std::shared_ptr<const Document>;

  Task<Lookup<DocumentPtr>> document(std::string key, std::string version);
  Task<Result<void>> confirm(std::string path);
  Task<Result<std::vector<std::string>>> names(std::string folder);
  Task<Result<net::Response>> call(Ask ask);

  std::unique_ptr<Session> session_;
  Config config_;
  // A client lives for one reconcile: several entries of one ExternalSecret share an answer.
  std::map<std::string, DocumentPtr> documents_;
};

}  // namespace rotor::providers::vault
