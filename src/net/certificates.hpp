// Certificates of our own making: the embedded API server's CA and server certificate.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::net {

struct KeyPair {
  std::string certificate_pem;
  SecretBytes key_pem;  // ECDSA P-256, PKCS#8
};

KeyPair make_ca(std::string_view common_name, WallTime now, std::chrono::hours lifetime);

// `names`: DNS names and IP addresses for the subject alternative name. `begins`: an hour before `now` unless it is
// said.
KeyPair issue_certificate(const KeyPair& ca, std::string_view common_name, const std::vector<std::string>& names,
                          WallTime now, std::chrono::hours lifetime, std::optional<WallTime> begins = {});

}  // namespace rotor::net
