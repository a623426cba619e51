// The registration table: a provider is its folder and one row here.
#pragma once

#include "providers/registry.hpp"

namespace rotor::cli {

providers::ProviderRegistry make_providers(providers::Services services);
// Of those that are built.
std::vector<std::string> provider_names(Executor executor, Clock& clock);

}  // namespace rotor::cli
