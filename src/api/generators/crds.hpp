// The CustomResourceDefinitions of generators.external-secrets.io as JSON text.
#pragma once

#include <string>
#include <vector>

namespace rotor::api::gen {

std::vector<std::string> generator_crds();

}  // namespace rotor::api::gen
