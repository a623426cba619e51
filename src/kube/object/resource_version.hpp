#pragma once

#include <string_view>

namespace rotor::kube {

// Is `a` a later version than `b`? Resource versions are decimal numbers; anything else is not later.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
bool later_version(std::string_view a, std::string_view b);

}  // namespace rotor::kube
