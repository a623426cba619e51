// What the API server accepts and warns of (Warning headers).
#pragma once

#include <string>
#include <vector>

#include "apiserver/registry/kinds.hpp"

namespace rotor::apiserver {

// `old`: the stored object of an update.
std::vector<std::string> warnings_of(const ServedKind& kind, const json::Object& object, const json::Object* old);

// As many of them, and as much of each, as a client takes in headers: each once, 4 Ki characters in all; where that is
// too little, 256 of each.
std::vector<std::string> within_headers(const std::vector<std::string>& warnings);

}  // namespace rotor::apiserver
