// Who runs the generator that an item of an ExternalSecret names.
#pragma once

#include <cstddef>

#include "api/externalsecrets/external_secret.hpp"
#include "base/secret_bytes.hpp"
#include "base/task.hpp"
#include "providers/client.hpp"

namespace rotor::secrets {

class GeneratorSource {
 public:
  virtual ~GeneratorSource() = default;
  // For spec.dataFrom[item].
  virtual Task<providers::Lookup<SecretMap>> generate(api::es::GeneratorRef ref, std::size_t item) = 0;
};

}  // namespace rotor::secrets
