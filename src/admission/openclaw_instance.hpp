// OpenClawInstance: may it be stored, and what the defaulting webhook would fill in.
#pragma once

#include <string>

#include "admission/kinds.hpp"

namespace rotor::admission {

// An instance that was stored before anybody judged it keeps its spec, and so do its name and its claims.
Verdict judge_openclaw_instance(const Change& change, const providers::ProviderRegistry& registry);

// Spec with the defaults of the kind where nothing is set; the object itself when it cannot be read.
std::string openclaw_instance_with_defaults(std::string_view object);

}  // namespace rotor::admission
