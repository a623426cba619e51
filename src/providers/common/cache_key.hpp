// The key of what a login gave: everything that decides it, as one digest.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::providers {

// Parts cannot run into each other: each is preceded by its length.
class CacheKey {
 public:
  CacheKey& add(std::string_view part) {
    text_.append(fmt::format("{}:", part.size()));
    text_.append(part);
    return *this;
  }
  CacheKey& add(const SecretBytes& part) { return add(part.reveal()); }
  std::string digest() const { return hex_encode(sha256(text_.reveal())); }

 private:
  SecretBytes text_;
};

inline std::string cache_key(std::initializer_list<std::string_view> parts) {
  CacheKey key;
  for (const std::string_view part : parts) key.add(part);
  return key.digest();
}

}  // namespace rotor::providers
