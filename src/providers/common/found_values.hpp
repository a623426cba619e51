// What a search has collected so far, and no more of it than anybody could use.
#pragma once

#include <cstddef>
#include <string>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::providers {

class FoundValues {
 public:
  // A Secret holds one mebibyte; a template may choose among more.
  static constexpr std::size_t kMostBytes = 4U << 20;

  // In place of what had that name. kInvalid: it is too much, and the search should end.
  Result<void> put(std::string name, SecretBytes value);

  bool contains(const std::string& name) const { return values_.contains(name); }
  void clear();
  SecretMap take() && { return std::move(values_); }

 private:
  SecretMap values_;
  std::size_t bytes_ = 0;
};

}  // namespace rotor::providers
