#include "providers/common/identity_key.hpp"

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::providers {

IdentityKey::~IdentityKey() { wipe(text_.data(), text_.size()); }

// Each part as its own digest: the text never grows into memory that is left behind with a credential in it.
IdentityKey& IdentityKey::add(std::string_view part) {
  text_ += sha256(part);
  return *this;
}

std::string IdentityKey::digest() const { return hex_encode(sha256(text_)); }

}  // namespace rotor::providers
