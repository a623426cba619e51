// Signing keys, made once for each credentials, region, service and day: making one takes four digests in a row, which
// is most of the work of a signature.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "providers/common/sigv4_key.hpp"

namespace rotor::providers::aws {

class SigningKeys {
 public:
  static constexpr std::size_t kMost = 256;

  // Good until the next call. Credentials are told apart as objects: new ones have a new key.
  const SecretBytes& get(const std::shared_ptr<const Credentials>& credentials, const SigningScope& scope,
                         WallTime time);

  std::size_t size() const { return keys_.size(); }

 private:
  using Place = std::tuple<const Credentials*, std::string, std::string>;  // region, service
  struct Made {
    std::weak_ptr<const Credentials> credentials;  // another object may come to stand at the same address
    std::chrono::sys_days day;
    SecretBytes key;
  };

  std::map<Place, Made> keys_;
};

}  // namespace rotor::providers::aws
