// One 1Password store as one consumer sees it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "providers/common/found_values.hpp"
#include "providers/common/name_filter.hpp"
#include "providers/onepassword/config.hpp"
#include "providers/onepassword/connect.hpp"

namespace rotor::providers::onepassword {

class OnePasswordClient final : public SecretsClient {
 public:
  OnePasswordClient(Connect& connect, AccessPtr access, Config config);

  std::unique_ptr<SecretsClient> again() const override;
  Task<Validation> validate() override;
  Task<Lookup<SecretBytes>> get_secret(RemoteRef ref) override;
  Task<Lookup<SecretMap>> get_secret_map(RemoteRef ref) override;
  Task<Lookup<SecretMap>> get_all(FindRequest find) override;

 private:
  struct Finding {
    NameFilter names;
    FoundValues values;  // who comes first stays
  };

  Task<Result<std::string>> vault_id(std::string vault);
  Task<Result<void>> check_vault(std::string vault);
  Task<Lookup<ItemPtr>> find_item(std::string key);
  Task<Lookup<ItemPtr>> item_in(std::string vault_id, std::string key);
  Task<Result<ItemPtr>> listed_item(std::string vault_id, std::string id);
  Task<Result<SecretMap>> file_contents(ItemPtr item, std::string name);
  Task<Result<std::vector<Summary>>> candidates(std::string vault_id, FindRequest find);
  Task<Result<void>> collect(ItemPtr item, Finding& finding);

  Connect& connect_;
  AccessPtr access_;
  Config config_;
  std::vector<std::string> vaults_;
  // A client lives for one reconcile: several entries of one ExternalSecret share an answer.
  std::map<std::string, std::string, std::less<>> vault_ids_;
  std::map<std::string, ItemPtr, std::less<>> items_;
};

}  // namespace rotor::providers::onepassword
