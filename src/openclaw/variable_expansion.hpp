// `$(VAR)` in the value of a variable, as far as the decision about restarts needs it. The node expands it.
// https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace rotor::openclaw {

// The names in $(…). An escaped one counts too: rather a restart too many than a stale value.
std::set<std::string> expanded_names(std::string_view text);

}  // namespace rotor::openclaw
