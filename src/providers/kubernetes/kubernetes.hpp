// spec.provider.kubernetes: Secrets of a namespace of this or another cluster. Reading; pushing comes later.
// https://external-secrets.io/latest/provider/kubernetes/
#pragma once

#include <memory>

#include "providers/provider.hpp"

namespace rotor::providers {

std::unique_ptr<Provider> make_kubernetes_provider(const Services& services);

}  // namespace rotor::providers
