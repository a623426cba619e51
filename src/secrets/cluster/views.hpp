// How the controller of ClusterExternalSecrets holds what it works on: read-only and shared with its watch caches.
#pragma once

#include <memory>

#include "api/externalsecrets/cluster_external_secret.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets::cluster {

using api::es::ClusterExternalSecret;
using api::es::ClusterExternalSecretStatus;

using ClusterExternalSecretPtr = std::shared_ptr<const ClusterExternalSecret>;
using NamespacePtr = std::shared_ptr<const kube::PartialObject>;  // without annotations

}  // namespace rotor::secrets::cluster
