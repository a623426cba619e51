// The key of all digests: Secret `rotor-rotation-key` in the operator's namespace, made at its first use. Without it
// nothing can be compared, so nothing rotates and running pods are left alone.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "kube/client.hpp"
#include "openclaw/digest.hpp"

namespace rotor::openclaw {

class RotationKey {
 public:
  RotationKey(kube::Client& client, Clock& clock, std::string operator_namespace)
      : client_(client), clock_(clock), where_{std::move(operator_namespace), std::string(kName)} {}

  // Read once; a failure is remembered for a few seconds, so that a thousand instances do not ask a thousand times.
  Task<Result<std::shared_ptr<const Digester>>> get();

  static constexpr std::string_view kName = "rotor-rotation-key";
  static constexpr std::string_view kField = "key";

 private:
  Task<Result<std::shared_ptr<const Digester>>> read_or_make();
  Task<Result<std::shared_ptr<const Digester>>> read();
  Task<Result<void>> make();

  kube::Client& client_;
  Clock& clock_;
  kube::Key where_;
  std::shared_ptr<const Digester> digester_;
  std::optional<Error> failure_;
  SteadyTime ask_again_{};
};

}  // namespace rotor::openclaw
