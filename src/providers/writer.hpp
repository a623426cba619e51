// Writing to a back end, for those that can: SecretsClient::writer().
#pragma once

#include <string>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "base/task.hpp"
#include "json/describe.hpp"
#include "kube/object/object.hpp"

namespace rotor::providers {

// What of a Kubernetes Secret goes where.
struct PushSource {
  SecretMap data;
  std::string type;
  kube::StringMap labels;
  kube::StringMap annotations;
};
struct PushTarget {
  std::string secret_key;  // empty: the whole Secret
  std::string remote_key;
  std::string property;
  json::Raw metadata;  // spec.data[].metadata, as written
};

class SecretsWriter {
 public:
  virtual ~SecretsWriter() = default;
  virtual Task<Result<void>> push(PushSource source, PushTarget target) = 0;
  virtual Task<Result<void>> remove(std::string remote_key, std::string property) = 0;
  virtual Task<Result<bool>> exists(std::string remote_key, std::string property) = 0;
};

}  // namespace rotor::providers
