// What the types of Secrets promise about their data.
// https://kubernetes.io/docs/concepts/configuration/secret/#secret-types
#pragma once

#include <string>
#include <vector>

#include "apiserver/registry/status.hpp"

namespace rotor::apiserver {

void validate_secret_type(const json::Object& secret, std::vector<FieldError>& errors);

// What is accepted and will not work all the same.
std::vector<std::string> secret_warnings(const json::Object& secret);

}  // namespace rotor::apiserver
