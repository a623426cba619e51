// The key under which a login is kept: a digest of everything that made it.
#pragma once

#include <string>
#include <string_view>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::providers {

// Parts that cannot run into each other. They may be secret: the text is wiped, the digest tells nothing.
class KeyText {
 public:
  KeyText() = default;
  KeyText(const KeyText&) = delete;
  KeyText& operator=(const KeyText&) = delete;

  KeyText& add(std::string_view part) {
    const std::string size = std::to_string(part.size()) + ":";
    text_.append(size);
    text_.append(part);
    return *this;
  }
  std::string digest() const { return hex_encode(sha256(text_.reveal())); }

 private:
  SecretBytes text_;
};

}  // namespace rotor::providers
