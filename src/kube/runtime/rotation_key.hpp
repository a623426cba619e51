// The key of all digests: Secret `rotor-rotation-key` in the operator's namespace, made at its first use. Without it
// nothing can be compared, so nothing rotates and running pods are left alone.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "kube/client/client.hpp"
#include "kube/runtime/digest_key.hpp"

namespace rotor::kube {

class RotationKey {
 public:
  RotationKey(Client& client, Clock& clock, std::string operator_namespace)
      : client_(client), clock_(clock), where_{std::move(operator_namespace), std::string(kName)} {}

  // Read once; a failure is remembered for a few seconds, so that a thousand objects do not ask a thousand times.
  Task<Result<std::shared_ptr<const DigestKey>>> get();

  static constexpr std::string_view kName = "rotor-rotation-key";
  static constexpr std::string_view kField = "key";

 private:
  Task<Result<std::shared_ptr<const DigestKey>>> read_or_make();
  Task<Result<std::shared_ptr<const DigestKey>>> read();
  Task<Result<void>> make();

  Client& client_;
  Clock& clock_;
  Key where_;
  std::shared_ptr<const DigestKey> key_;
  std::optional<Error> failure_;
  SteadyTime ask_again_{};
};

}  // namespace rotor::kube
