// Keyed digests: HMAC-SHA256, so that nobody who reads one can try values against it.
#pragma once

#include <string>
#include <string_view>

#include "base/secret_bytes.hpp"

namespace rotor::kube {

// With its size in front, so that no two different sequences of parts make the same text.
void append_part(SecretBytes& out, std::string_view part);

class DigestKey {
 public:
  explicit DigestKey(SecretBytes key) : key_(std::move(key)) {}

  // 8 hexadecimal digits: digests compare only under the same key.
  std::string id() const;

  // The first `bytes` of the digest, in hexadecimal. `tag` says what is digested: under two tags the same input has
  // nothing in common.
  std::string digest(std::string_view tag, const SecretBytes& input, std::size_t bytes) const;

 private:
  SecretBytes key_;
};

}  // namespace rotor::kube
