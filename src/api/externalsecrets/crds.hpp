// The CustomResourceDefinitions of external-secrets.io as JSON text: v1 stored, v1beta1 served beside it.
#pragma once

#include <string>

namespace rotor::api::es {

std::string secret_store_crd();
std::string cluster_secret_store_crd();
std::string external_secret_crd();
std::string cluster_external_secret_crd();

}  // namespace rotor::api::es
