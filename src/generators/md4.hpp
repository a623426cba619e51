// MD4, which NTLM makes of a password. OpenSSL has it only in its legacy provider, which is not everywhere; for nothing
// else is it good enough.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace rotor::generators {

std::array<unsigned char, 16> md4(std::string_view bytes);

}  // namespace rotor::generators
