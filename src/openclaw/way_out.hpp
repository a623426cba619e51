// What can be done about what the API server forbids: grant Rotor a right, or ask for less.
#pragma once

#include <string_view>

#include "base/error.hpp"

namespace rotor::openclaw {

// Of a 403. The API server names verb and resource of a right that is missing, and what stands in `of_giving_less` goes
// before its words when a role would give more than Rotor may do itself. Any other error is left as it is.
Error with_way_out(Error error, std::string_view of_giving_less = {});

}  // namespace rotor::openclaw
