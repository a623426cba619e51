#include "api/generators/uuid.hpp"

namespace rotor::json {

// No rows, which the macro cannot say.
template <>
const Type& type_of<api::gen::UuidSpec>() {
  static const Type type = {.shape = Shape::kStruct, .name = "UuidSpec", .doc = "There is nothing to choose."};
  return type;
}

}  // namespace rotor::json
