// Reading from one of AWS's two stores of secrets. How each is asked is its dialect: data.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "providers/aws/api_client.hpp"
#include "providers/aws/batch.hpp"
#include "providers/aws/gathered_reads.hpp"

namespace rotor::providers::aws {

struct Dialect {
  Api api;
  std::string_view thing;  // for messages: "Secret"

  std::string_view get;
  SecretBytes (*get_request)(std::string_view id, std::string_view version);
  Result<Value> (*read_value)(const SecretBytes& answer);
  std::string_view without_value;  // the error of an answer that has none; the key follows
  const Batch& batch;

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
  // `gathered`: of all clients of this store and identity.
  StoreReader(ApiClient api, const Dialect& dialect, std::string prefix, GatheredReads::Ptr gathered)
      : api_(std::move(api)), dialect_(dialect), prefix_(std::move(prefix)), gathered_(std::move(gathered)) {}

  std::unique_ptr<SecretsClient> again() const override;
  int take_calls() override { return api_.take_calls(); }
  void be_patient() override { hurry_ = Hurry::kNone; }
  Task<Validation> validate() override { return api_.validate(); }
  bool reads_side_by_side() const override { return true; }
  Task<Lookup<SecretBytes>> get_secret(RemoteRef ref) override;
  Task<Lookup<SecretMap>> get_secret_map(RemoteRef ref) override;
  // Names are those of the store: the prefix is not put before them.
  Task<Lookup<SecretMap>> get_all(FindRequest find) override {
    co_return co_await dialect_.find(api_, std::move(find));
  }

 private:
  Task<ValueLookup> value_of(RemoteRef ref);
  Task<ValueLookup> read(Wanted wanted);
  Task<ValueLookup> read_tags(std::string id);

  ApiClient api_;
  const Dialect& dialect_;
  std::string prefix_;
  GatheredReads::Ptr gathered_;
  Hurry hurry_ = Hurry::kSome;
  // A client lives for one reconcile: several entries of one ExternalSecret share an answer.
  std::map<std::string, ValuePtr> values_;
};

}  // namespace rotor::providers::aws
