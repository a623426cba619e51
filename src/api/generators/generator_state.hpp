// GeneratorState: what a run of a generator left behind at a server, until it may be taken back. Written by the
// controller.
#pragma once

#include <string>
#include <vector>

#include "api/generators/generator.hpp"

namespace rotor::api::gen {

struct GeneratorStateSpec {
  std::string garbage_collection_deadline;  // RFC 3339; empty: none
  json::Raw resource;                       // the generator as it was run
  json::Raw state;                          // its own affair
};

struct GeneratorStateStatus {
  std::vector<kube::Condition> conditions;
};

struct GeneratorState {
  std::string api_version = std::string(kApiVersion);
  std::string kind = "GeneratorState";
  kube::ObjectMeta metadata;
  GeneratorStateSpec spec;
  GeneratorStateStatus status;
};

}  // namespace rotor::api::gen

namespace rotor::kube {
template <>
inline constexpr Resource kResource<api::gen::GeneratorState> = {api::gen::kGroup, api::gen::kVersion,
                                                                 "generatorstates", "GeneratorState", true};
}  // namespace rotor::kube

namespace rotor::json {
ROTOR_DESCRIBED(api::gen::GeneratorStateSpec);
ROTOR_DESCRIBED(api::gen::GeneratorStateStatus);
ROTOR_DESCRIBED(api::gen::GeneratorState);
}  // namespace rotor::json
