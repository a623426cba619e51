// Requests and answers of Parameter Store, as far as reading needs them. Pure.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/
#pragma once

#include <span>
#include <vector>

#include "providers/aws/wire.hpp"

namespace rotor::providers::aws {

inline constexpr std::size_t kParametersPerBatch = 10;
inline constexpr int kParametersPerPage = 10;    // with values
inline constexpr int kDescriptionsPerPage = 50;  // without

// Everything below asks for decrypted values: a SecureString would come as its ciphertext otherwise, without an error.

// `version`: a number or a label; empty is the latest.
std::string parameter_selector(std::string_view name, std::string_view version);
SecretBytes parameter_request(std::string_view name, std::string_view version);
Result<Value> read_parameter_value(const SecretBytes& answer);

SecretBytes parameter_tags_request(std::string_view name);
Lookup<TagMap> read_parameter_tags(const SecretBytes& answer);

struct Parameter {
  std::string name;
  std::optional<SecretBytes> value;
  std::string version{};
  std::string selector{};  // ":7" or ":label" of one that was asked for by it
  std::string arn{};
};
struct ParameterPage {
  std::vector<Parameter> parameters;
  std::vector<std::string> invalid;  // names that do not exist
  std::string next_token;
};
SecretBytes parameters_request(std::span<const std::string> names);
SecretBytes parameters_by_path_request(std::string_view path, std::string_view next_token);

// Which parameters: below a path (empty: anywhere), with all of these tags.
struct ParameterFilter {
  std::string path;
  TagMap tags{};
};
SecretBytes describe_parameters_request(const ParameterFilter& filter, std::string_view next_token);

// Of GetParameters, GetParametersByPath and DescribeParameters.
Result<ParameterPage> read_parameter_page(std::string_view operation, const SecretBytes& answer);

}  // namespace rotor::providers::aws
