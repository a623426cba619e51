#pragma once

#include "api/core/quantity.hpp"

namespace rotor::openclaw {

using api::canonical_quantity;
using api::quantity_or;

}  // namespace rotor::openclaw
