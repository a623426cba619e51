// ClusterGenerator: one generator that every namespace can use.
#pragma once

#include <map>
#include <string>

#include "api/generators/generator.hpp"

namespace rotor::api::gen {

struct ClusterGeneratorSpec {
  std::string kind;                                         // that it stands for
  std::map<std::string, json::Raw, std::less<>> generator;  // its spec, under a member that is named after the kind
};

}  // namespace rotor::api::gen

namespace rotor::json {
ROTOR_DESCRIBED(api::gen::ClusterGeneratorSpec);
}  // namespace rotor::json
