// Reading from AWS Secrets Manager. https://docs.aws.amazon.com/secretsmanager/latest/apireference/
#pragma once

#include <map>
#include <memory>
#include <string>

#include "providers/aws/session.hpp"

namespace rotor::providers::aws {

class SecretsManager final : public SecretsClient {
 public:
  SecretsManager(Shared& shared, std::unique_ptr<Session> session, Endpoint endpoint, std::string prefix,
                 RetryPolicy retry);

  Task<Validation> validate() override;
  Task<Lookup<SecretBytes>> get_secret(RemoteRef ref) override;
  Task<Lookup<SecretMap>> get_secret_map(RemoteRef ref) override;
  Task<Result<SecretMap>> get_all(FindRequest find) override;

 private:
  struct Value {
    std::optional<SecretBytes> text;
    std::optional<SecretBytes> binary;
  };
  using ValuePtr = std::shared_ptr<const Value>;

  Task<Lookup<SecretBytes>> call(std::string operation, SecretBytes body);
  Task<Lookup<ValuePtr>> value_of(std::string key, std::string version);
  Task<Lookup<SecretBytes>> tags_of(std::string key);
  static Result<Value> read_value(const SecretBytes& body);

  Shared& shared_;
  std::unique_ptr<Session> session_;
  Endpoint endpoint_;
  std::string prefix_;
  RetryPolicy retry_;
  // A client lives for one reconcile: several entries of one ExternalSecret share an answer.
  std::map<std::string, ValuePtr> values_;
};

}  // namespace rotor::providers::aws
