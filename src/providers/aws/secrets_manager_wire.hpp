// Requests and answers of Secrets Manager, as far as reading needs them. Pure.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "providers/aws/wire.hpp"

namespace rotor::providers::aws {

inline constexpr std::size_t kSecretsPerBatch = 20;
inline constexpr int kSecretsPerPage = 100;
inline constexpr std::string_view kCurrentStage = "AWSCURRENT";

// `version`: empty is kCurrentStage, `uuid/ID` an ID, anything else a stage.
SecretBytes secret_value_request(std::string_view id, std::string_view version);
Result<Value> read_secret_value(const SecretBytes& answer);

SecretBytes describe_secret_request(std::string_view id);
// Absent: it is deleted and waits for its end. Its description is still served, its value is not.
Lookup<TagMap> read_secret_tags(const SecretBytes& answer);

// "name", "tag-key" or "tag-value" → the beginning of it. The service joins filters with AND, each for itself.
using Filters = std::vector<std::pair<std::string, std::string>>;

SecretBytes list_secrets_request(const Filters& filters, std::string_view next_token);
struct ListedSecret {
  std::string name;
  TagMap tags{};
};
struct SecretPage {
  std::vector<ListedSecret> secrets;
  std::string next_token;
};
Result<SecretPage> read_secret_page(const SecretBytes& answer);

SecretBytes batch_request(const Filters& filters, std::string_view next_token);
SecretBytes batch_request(std::span<const std::string> names);
struct NamedValue {
  std::string name;
  Value value{};
  std::string arn{};
};
struct ValuePage {
  std::vector<NamedValue> values;
  std::vector<std::string> gone;    // names that do not exist or have no current value
  std::vector<std::string> unread;  // names the service gave another error for
  std::string next_token;
};
Result<ValuePage> read_value_page(const SecretBytes& answer);

}  // namespace rotor::providers::aws
