// What JSON cannot say of the data of a Secret: a value that is no UTF-8 text arrives as another one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/secret_bytes.hpp"

namespace rotor::providers::kubernetes {

class NotText {
 public:
  // The data of the Secret of that name was taken as JSON.
  void look(std::string_view name, const SecretMap& data);

  // For the author of the manifest, with the way to the bytes as they are: `how`. Empty: all of it is text.
  std::string said(std::string_view how) const;

 private:
  std::vector<std::string> where_;
};

}  // namespace rotor::providers::kubernetes
