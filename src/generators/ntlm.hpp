// NTLM, version 2, as a client of HTTP speaks it: our greeting, the server's challenge, our proof that we know the
// password. Pure. https://learn.microsoft.com/openspecs/windows_protocols/ms-nlmp
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::generators {

std::string ntlm_negotiate();

struct NtlmChallenge {
  std::uint32_t flags = 0;
  std::array<unsigned char, 8> nonce{};
  std::string target_info;
};
Result<NtlmChallenge> read_ntlm_challenge(std::string_view message);

struct NtlmPerson {
  SecretBytes user;  // DOMAIN\user, user@domain or a user of the server itself
  SecretBytes password;
};
// What is another at each login.
struct NtlmMoment {
  std::array<unsigned char, 8> nonce{};
  std::uint64_t ticks = 0;  // tenths of microseconds since 1601
};
std::uint64_t ntlm_ticks(WallTime now);

// kInvalid when user or password is no text.
Result<SecretBytes> ntlm_authenticate(const NtlmChallenge& challenge, const NtlmPerson& person,
                                      const NtlmMoment& moment);

}  // namespace rotor::generators
