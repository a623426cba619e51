// SSHKey: a key pair for SSH.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "json/describe.hpp"

namespace rotor::api::gen {

struct SshKeySpec {
  std::string key_type;                  // rsa (also when empty), ecdsa, ed25519
  std::optional<std::int64_t> key_size;  // bits; not looked at for ed25519
  std::string comment;
};

}  // namespace rotor::api::gen

namespace rotor::json {
ROTOR_DESCRIBED(api::gen::SshKeySpec);
}  // namespace rotor::json
