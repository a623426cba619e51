// Reading from one of AWS's two stores of secrets. How each is asked is its dialect: data.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "providers/aws/api_client.hpp"
#include "providers/aws/wire.hpp"

namespace rotor::providers::aws {

struct Dialect {
  Api api;
  std::string_view thing;  // for messages: "Secret"

  std::string_view get;
  SecretBytes (*get_request)(std::string_view id, std::string_view version);
  Result<Value> (*read_value)(const SecretBytes& answer);
  std::string_view without_value;  // the error of an answer that has none; the key follows

  // metadataPolicy: Fetch
  std::string_view get_tags;
  SecretBytes (*tags_request)(std::string_view id);
  Lookup<TagMap> (*read_tags)(const SecretBytes& answer);
  std::string_view tags_failed;  // in front of errors; may be empty

  Task<Result<SecretMap>> (*find)(ApiClient& api, FindRequest wanted);
};

extern const Dialect kSecretsManager;
extern const Dialect kParameterStore;

class StoreReader final : public SecretsClient {
 public:
  StoreReader(ApiClient api, const Dialect& dialect, std::string prefix)
      : api_(std::move(api)), dialect_(dialect), prefix_(std::move(prefix)) {}

  std::unique_ptr<SecretsClient> again() const override;
  Task<Validation> validate() override { return api_.validate(); }
  Task<Lookup<SecretBytes>> get_secret(RemoteRef ref) override;
  Task<Lookup<SecretMap>> get_secret_map(RemoteRef ref) override;
  // Names are those of the store: the prefix is not put before them.
  Task<Result<SecretMap>> get_all(FindRequest find) override { return dialect_.find(api_, std::move(find)); }

 private:
  using ValuePtr = std::shared_ptr<const Value>;

  Task<Lookup<ValuePtr>> value_of(RemoteRef ref);
  Task<Lookup<Value>> read(std::string id, std::string version);
  Task<Lookup<Value>> read_tags(std::string id);

  ApiClient api_;
  const Dialect& dialect_;
  std::string prefix_;
  // A client lives for one reconcile: several entries of one ExternalSecret share an answer.
  std::map<std::string, ValuePtr> values_;
};

}  // namespace rotor::providers::aws
