// Doppler (reading). https://docs.doppler.com/reference
#pragma once

#include <memory>

#include "providers/doppler/etag_cache.hpp"
#include "providers/provider.hpp"

namespace rotor::providers::doppler {

std::unique_ptr<Provider> make_provider(const Services& services);
std::unique_ptr<Provider> make_provider(const Services& services, EtagCache::Limits limits);

}  // namespace rotor::providers::doppler
