#include "kube/runtime/digest_key.hpp"

#include "base/encoding.hpp"
#include "base/hash.hpp"

namespace rotor::kube {

void append_part(SecretBytes& out, std::string_view part) {
  out.append(std::to_string(part.size()));
  out.append(":");
  out.append(part);
}

std::string DigestKey::id() const { return digest("rotor/key-id/1", {}, 4); }

std::string DigestKey::digest(std::string_view tag, const SecretBytes& input, std::size_t bytes) const {
  SecretBytes message;
  append_part(message, tag);
  message.append(input.reveal());
  return hex_encode(hmac_sha256(key_.reveal(), message.reveal()).substr(0, bytes));
}

}  // namespace rotor::kube
