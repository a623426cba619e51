// Why the program could not start with the configuration that a user wrote. Pure.
#pragma once

#include <string>

#include "openclaw/managed.hpp"

namespace rotor::openclaw {

// Empty when it can be read. Quotes nothing of it but the names of members that the program has.
std::string config_problem(const api::InstanceSpec& spec, const Surroundings& around);

// The same of gateway.bind alone, which the program stops at with exit code 78.
std::string bind_problem(const api::InstanceSpec& spec, const Surroundings& around);

}  // namespace rotor::openclaw
