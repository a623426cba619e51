// What a run of a generator left behind at a server.
#pragma once

#include <cstddef>
#include <string>

#include "json/describe.hpp"

namespace rotor::secrets {

struct LeftBehind {
  std::size_t item = 0;  // of spec.dataFrom
  std::string kind{};    // of the generator
  std::string name{};
  json::Raw spec{};
  json::Raw state{};
};

}  // namespace rotor::secrets
