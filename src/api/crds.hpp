// Every CustomResourceDefinition that Rotor needs: what `rotor crds` prints and deploy/crds/ holds.
#pragma once

#include <string>
#include <vector>

namespace rotor::api {

std::vector<std::string> crds();  // JSON texts

}  // namespace rotor::api
