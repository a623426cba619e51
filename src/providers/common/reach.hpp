// How far the addresses that a store names may lead.
#pragma once

#include "net/http.hpp"
#include "providers/services.hpp"
#include "providers/store.hpp"

namespace rotor::providers {

// Never to the node's own addresses. Where the controller runs in a pod, what listens on its loopback is the
// controller's own as well: for a ClusterSecretStore, or a namespaced one where the administrator allows it.
net::Reach reach_of(const StoreContext& context, const EnvironmentVariables& environment);
// `trusted`: it is a person's who runs the controller, or the controller's own identity may be used.
net::Reach reach_of(bool trusted, const EnvironmentVariables& environment);

}  // namespace rotor::providers
