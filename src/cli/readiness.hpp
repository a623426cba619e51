// Does the process see what happens in the cluster?
#pragma once

#include <string>
#include <vector>

namespace rotor::cli {

// Why it does not: it has not listed everything yet, or something that it has listed may not be watched. Empty: it
// does. `troubles`: of all that watches; several of them may watch the same and say the same.
std::string unseen_reason(bool all_listed, const std::vector<std::string>& troubles);

}  // namespace rotor::cli
