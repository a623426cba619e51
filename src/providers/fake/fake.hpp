// spec.provider.fake: values written in the store itself. A test double, and a way to try manifests without a back end.
// https://external-secrets.io/latest/provider/fake/
#pragma once

#include <memory>

#include "providers/provider.hpp"

namespace rotor::providers {

std::unique_ptr<Provider> make_fake_provider(const Services& services);

}  // namespace rotor::providers
