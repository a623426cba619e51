// Reading from Vault.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "providers/common/found_values.hpp"
#include "providers/vault/kv.hpp"
#include "providers/vault/session.hpp"

namespace rotor::providers::vault {

class VaultClient final : public SecretsClient {
 public:
  // `session` is null for a ClusterSecretStore whose credentials depend on the consumer, looked at without one.
  VaultClient(std::unique_ptr<Session> session, Config config);
  VaultClient(std::unique_ptr<Session> session, Config config, std::shared_ptr<bool> mount_checked);

  std::unique_ptr<SecretsClient> again() const override;
  Task<Validation> validate() override;
  bool reads_side_by_side() const override { return true; }
  Task<Lookup<SecretBytes>> get_secret(RemoteRef ref) override;
  Task<Lookup<SecretMap>> get_secret_map(RemoteRef ref) override;
  Task<Lookup<SecretMap>> get_all(FindRequest find) override;

 private:
  using DocumentPtr = std::shared_ptr<const Document>;
  struct Folder {
    std::string prefix;  // of its names
    std::string list;    // its path in Vault
  };

  Task<Lookup<DocumentPtr>> document(std::string path, std::string query);
  Task<Validation> validate_token();
  Task<Validation> validate_mount();
  Ask mount_look(std::string path) const;
  Task<Result<void>> confirm_absence(std::string path);
  Task<Lookup<SecretMap>> metadata(std::string path);
  Task<Lookup<SecretBytes>> fetch_metadata(RemoteRef ref);

  // find.cpp
  struct Listing;
  Task<Lookup<std::vector<std::string>>> all_names(Folder root);
  Task<Result<void>> look_through(Folder root, Listing& listing);
  Task<Result<void>> list_folder(Folder folder, Listing& listing);
  Task<Result<std::vector<std::string>>> with_tags(std::vector<std::string> names, kube::StringMap tags);
  Task<Result<void>> check_tags(std::string name, const kube::StringMap& tags, bool& carries);
  Task<Result<void>> read_found(std::string name, FoundValues& found);

  std::unique_ptr<Session> session_;
  Config config_;
  // A client lives for one reconcile: several entries of one ExternalSecret share an answer.
  std::map<std::string, DocumentPtr> documents_;
  bool mount_asked_ = false;
  std::shared_ptr<bool> mount_checked_;  // the one mount of the store, looked at once for all clients made of this one
};

}  // namespace rotor::providers::vault
