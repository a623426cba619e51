// UUID: a random one (version 4). There is nothing to choose.
#pragma once

#include "json/describe.hpp"

namespace rotor::api::gen {

struct UuidSpec {};

}  // namespace rotor::api::gen

namespace rotor::json {
ROTOR_DESCRIBED(api::gen::UuidSpec);
}  // namespace rotor::json
