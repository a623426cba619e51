// A port of 127.0.0.1 for a process that will listen on it.
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace rotor::local {

// `before` if nobody has it now, else one that the system picks. 0: there is none before.
Result<std::uint16_t> free_port(std::uint16_t before);

}  // namespace rotor::local
