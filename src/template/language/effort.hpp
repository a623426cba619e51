// What making a key or hashing a password costs. A list of fifty users or of fifty small keys is ordinary, two hundred
// RSA keys are not: so each is charged by its cost, about a millisecond of one core a unit, and not by the call.
#pragma once

#include <cstdint>

namespace rotor::tmpl {

enum class Effort : std::uint16_t {
  kSmallKey = 1,   // P-256, Ed25519
  kBcrypt = 60,    // cost 10, the only one templates use
  kScrypt = 200,   // N=32768, r=8, p=2
  kRsa2048 = 150,  // on average: the search for primes is a matter of luck
  kRsa4096 = 1'500,
  kDsa2048 = 1'500,  // new parameters each time
};

}  // namespace rotor::tmpl
