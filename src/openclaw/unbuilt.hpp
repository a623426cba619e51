// What an instance asks for and nobody builds yet. It is accepted, and the pod runs without it.
#pragma once

#include <string>
#include <vector>

#include "json/document.hpp"

namespace rotor::openclaw {

// Fields of spec, "spec.chromium" and the like, in alphabetical order.
std::vector<std::string> unbuilt_features(const json::Value& spec);

}  // namespace rotor::openclaw
