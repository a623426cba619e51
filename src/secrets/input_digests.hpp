// The digests of what Secrets were made of: the key they are made with, and those of this process.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/task.hpp"
#include "kube/runtime/rotation_key.hpp"
#include "secrets/parts.hpp"

namespace rotor::secrets {

class InputDigests {
 public:
  explicit InputDigests(const Parts& parts)
      : rotation_key_(parts.client, parts.clock, parts.options.operator_namespace) {}

  Task<std::shared_ptr<const kube::DigestKey>> key();

  // A status may not have been written yet, or come without the field from an older CRD. Empty: nothing is known.
  std::string remembered(const kube::Key& external_secret) const;
  void remember(const kube::Key& external_secret, const std::string& digest);
  void forget(const kube::Key& external_secret) { remembered_.erase(external_secret); }

 private:
  kube::RotationKey rotation_key_;
  std::shared_ptr<const kube::DigestKey> own_key_;  // while there is no other
  std::map<kube::Key, std::string> remembered_;
};

}  // namespace rotor::secrets
