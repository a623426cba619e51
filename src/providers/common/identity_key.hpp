// The key under which a login is kept: a digest of everything that made it, so that no credential is a map's key and
// two logins share one only when they are the same.
#pragma once

#include <string>
#include <string_view>

namespace rotor::providers {

class IdentityKey {
 public:
  IdentityKey() = default;
  ~IdentityKey();
  IdentityKey(const IdentityKey&) = delete;
  IdentityKey& operator=(const IdentityKey&) = delete;

  // Parts cannot run into each other.
  IdentityKey& add(std::string_view part);
  std::string digest() const;

 private:
  std::string text_;
};

}  // namespace rotor::providers
