// The registration table: a provider is its folder and one row here.
#pragma once

#include <cstddef>

#include "providers/registry.hpp"

namespace rotor::cli {

providers::ProviderRegistry make_providers(providers::Services services);

// What an administrator may set of them.
struct ProviderLimits {
  std::size_t doppler_answers = 16'384;  // kept for their ETag; 0: none
};
providers::ProviderRegistry make_providers_within(ProviderLimits limits, const providers::Services& services);

// Of those that are built.
std::vector<std::string> provider_names(Executor executor, Clock& clock);

}  // namespace rotor::cli
