// The regions of AWS, to tell a slip of the pen from a region: its address does not exist, and nobody would say why.
#pragma once

#include <string>
#include <string_view>

namespace rotor::providers::aws {

// What to tell of a region that was not known in 2026, without the pseudo regions' `fips-`. Empty: it is known. AWS
// opens new ones, so this is never a reason to refuse.
std::string doubt_about(std::string_view region);

}  // namespace rotor::providers::aws
