// The bearer token of a connection: a fixed one, or a file that somebody else renews.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::kube {

class TokenSource {
 public:
  // `file` wins over `fixed` when both are set, as in client-go.
  TokenSource(Clock& clock, SecretBytes fixed, std::string file);

  // Empty when there is none. The file is read again once a minute; while it cannot be read the last token stays.
  Result<SecretBytes> token();

  // After a 401: reads the file now. True when that gave another token.
  bool renew();

 private:
  Result<void> read();

  Clock& clock_;
  SecretBytes current_;
  std::string file_;
  std::optional<SteadyTime> read_at_;
};

}  // namespace rotor::kube
