// The only way from an instance to the values of a Secret: always in the namespace of the instance that consumes it.
#pragma once

#include <string>

#include "api/core/secret.hpp"
#include "kube/client/client.hpp"

namespace rotor::openclaw {

class SecretGate {
 public:
  explicit SecretGate(kube::Client& client) : client_(client) {}

  Task<Result<api::Secret>> read(std::string consumer_namespace, std::string name) {
    return kube::get<api::Secret>(client_, kube::Key{std::move(consumer_namespace), std::move(name)});
  }

 private:
  kube::Client& client_;
};

}  // namespace rotor::openclaw
