// spec.versions[*].selectableFields of a CustomResourceDefinition.
#pragma once

#include <vector>

#include "apiserver/registry/status.hpp"

namespace rotor::apiserver {

void check_selectable_fields(const json::Object& spec, std::vector<FieldError>& errors);

}  // namespace rotor::apiserver
