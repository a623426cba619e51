// Keyed digests of consumed Secret values, over length-prefixed names, keys and values: no two different inputs look
// alike.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/secret_bytes.hpp"
#include "kube/runtime/digest_key.hpp"
#include "openclaw/secret_references.hpp"
#include "openclaw/secret_state.hpp"

namespace rotor::openclaw {

class Digester {
 public:
  explicit Digester(std::shared_ptr<const kube::DigestKey> key) : key_(std::move(key)) {}

  std::string key_id() const { return key_->id(); }

  // `key id-32 hexadecimal digits` over what `reference` consumes of the Secret `name`.
  std::string secret(std::string_view name, const SecretReference& reference, const SecretMap& data) const;

  // 16 hexadecimal digits over all of a Secret.
  std::string content(const SecretMap& data) const;

  // The mark on the pod template, 16 hexadecimal digits: always another one than `previous`.
  std::string template_hash(const SecretState& state, std::string_view previous) const;

 private:
  std::shared_ptr<const kube::DigestKey> key_;
};

// The mark today's operator would put on the template: names in the order of their use, possibly repeated;
// null data for a Secret that does not exist. Unkeyed and ambiguous: only to recognise what it left behind.
std::string unkeyed_hash(std::vector<std::pair<std::string, const SecretMap*>> secrets);

}  // namespace rotor::openclaw
