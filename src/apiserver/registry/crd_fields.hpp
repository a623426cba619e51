// What spec.versions[*] of a CustomResourceDefinition say of fields: the schema and selectableFields.
#pragma once

#include <vector>

#include "apiserver/registry/status.hpp"

namespace rotor::apiserver {

// The openAPIV3Schema of one entry of spec.versions, or null.
const json::Object* schema_of(const json::Object& version);

void check_selectable_fields(const json::Object& spec, std::vector<FieldError>& errors);

}  // namespace rotor::apiserver
