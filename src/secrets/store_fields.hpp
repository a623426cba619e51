// Fields of a store's back end that nobody reads: the API server keeps whatever stands there, so a slip of the pen
// would pass unseen.
#pragma once

#include <string>
#include <vector>

#include "providers/registry.hpp"
#include "providers/store.hpp"

namespace rotor::secrets {

// `spec.provider.aws.roleArn is no field that Rotor knows, so it is ignored; did you mean "role"?`
std::vector<std::string> ignored_fields(const providers::ProviderRegistry& registry, const providers::Store& store);

}  // namespace rotor::secrets
