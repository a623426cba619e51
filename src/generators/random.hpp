// Where generators get their randomness from: handed in, so that a test can know what comes out.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

namespace rotor::generators {

// Fills the span.
using Random = std::function<void(std::span<unsigned char>)>;

// OpenSSL's generator for what must stay private. Throws std::bad_alloc when it has nothing to give.
void private_random(std::span<unsigned char> bytes);

// [0, bound), each alike; bound > 0.
std::size_t random_below(const Random& random, std::size_t bound);

}  // namespace rotor::generators
