#include "generators/random.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <new>

#include <openssl/rand.h>

namespace rotor::generators {

void private_random(std::span<unsigned char> bytes) {
  if (RAND_priv_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) throw std::bad_alloc();
}

std::size_t random_below(const Random& random, std::size_t bound) {
  // What lies above the last whole multiple would come out more often than the rest.
  const std::uint64_t whole = UINT64_MAX - UINT64_MAX % bound;
  for (;;) {
    std::array<unsigned char, sizeof(std::uint64_t)> bytes{};
    random(bytes);
    std::uint64_t drawn = 0;
    std::memcpy(&drawn, bytes.data(), sizeof drawn);
    if (drawn < whole) return static_cast<std::size_t>(drawn % bound);
  }
}

}  // namespace rotor::generators
