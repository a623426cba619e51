// What generators gave to a pass that has not come to a good end yet. The next try takes it up: a store that fails
// beside a generator, or an API server that is away, must not cost a new password, or a new lease at a server, at each
// of its tries.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "base/clock.hpp"
#include "base/secret_bytes.hpp"
#include "kube/object/object.hpp"

namespace rotor::secrets {

class Unwritten {
 public:
  // Credentials age while they wait.
  static constexpr auto kGoodFor = std::chrono::minutes(2);

  // `made_of`: everything that decides about the values; those of anything else are none.
  const SecretMap* find(const kube::Key& external_secret, std::size_t item, const std::string& made_of,
                        SteadyTime now) const;
  void keep(const kube::Key& external_secret, std::size_t item, std::string made_of, const SecretMap& values,
            SteadyTime now);
  void forget(const kube::Key& external_secret) { runs_.erase(external_secret); }

  std::size_t size() const { return runs_.size(); }

 private:
  struct Run {
    std::string made_of;
    SecretMap values;
    SteadyTime made;
  };
  std::map<kube::Key, std::map<std::size_t, Run>> runs_;
};

}  // namespace rotor::secrets
