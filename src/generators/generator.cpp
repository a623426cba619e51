#include "generators/generator.hpp"

namespace rotor::generators {

Task<Result<void>> Generator::clean_up(Order, json::Raw) { co_return Result<void>(); }

}  // namespace rotor::generators
