// What the API server accepts and warns of (Warning headers).
#pragma once

#include <string>
#include <vector>

#include "apiserver/registry/kinds.hpp"

namespace rotor::apiserver {

// `old`: the stored object of an update.
std::vector<std::string> warnings_of(const ServedKind& kind, const json::Object& object, const json::Object* old);

}  // namespace rotor::apiserver
