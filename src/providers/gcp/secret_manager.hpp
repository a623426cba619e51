// Reading from Google Cloud Secret Manager.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "providers/common/name_filter.hpp"
#include "providers/gcp/documents.hpp"
#include "providers/gcp/rest.hpp"

namespace rotor::providers::gcp {

class SecretManager final : public SecretsClient {
 public:
  // `rest` is null for a ClusterSecretStore whose credentials depend on the consumer and that has none.
  SecretManager(std::shared_ptr<Rest> rest, std::string location, bool fetches_enabled)
      : rest_(std::move(rest)), location_(std::move(location)), fetches_enabled_(fetches_enabled) {}

  std::unique_ptr<SecretsClient> again() const override;
  Task<Validation> validate() override;
  bool reads_side_by_side() const override { return true; }
  Task<Lookup<SecretBytes>> get_secret(RemoteRef ref) override;
  Task<Lookup<SecretMap>> get_secret_map(RemoteRef ref) override;
  Task<Lookup<SecretMap>> get_all(FindRequest find) override;

 private:
  struct Value {
    SecretBytes bytes;
    std::string version;  // its number
  };
  using ValuePtr = std::shared_ptr<const Value>;
  using InfoPtr = std::shared_ptr<const SecretInfo>;

  // `projects/P/secrets/NAME`; kInvalid for what is no name of a secret.
  Result<std::string> path_of(std::string_view key) const;
  std::string secrets() const { return secrets_path(rest_->session().project(), location_); }

  Task<Lookup<ValuePtr>> value_of(std::string key, std::string version);
  Task<Lookup<Value>> access(std::string key, std::string version);
  Task<Lookup<Value>> access_newest_enabled(std::string key, Error refusal);
  Task<Lookup<InfoPtr>> info_of(std::string key);
  Task<Result<std::vector<std::string>>> names(FindRequest find);

  std::shared_ptr<Rest> rest_;
  std::string location_;
  bool fetches_enabled_;
  // A client lives for one reconcile: several entries of one ExternalSecret share an answer.
  std::map<std::string, ValuePtr> values_;
  std::map<std::string, InfoPtr> infos_;
};

// The server's filter for a find; kInvalid for a label that no secret can have.
Result<std::string> list_filter(const FindRequest& find);

// Does a secret of the list match? The server's filter finds more than is meant.
bool is_wanted(const SecretInfo& secret, const FindRequest& find, const NameFilter& filter);

}  // namespace rotor::providers::gcp
