#include "api/generators/generator.hpp"

namespace rotor::json {

using namespace api::gen;

ROTOR_DESCRIBE(Generator, "How new values are made.", field<&Generator::api_version>("apiVersion"),
               field<&Generator::kind>("kind"), field<&Generator::metadata>("metadata"),
               field<&Generator::spec>("spec"));

// No rows, which the macro cannot say.
template <>
const Type& type_of<NoStatus>() {
  static const Type type = {.shape = Shape::kStruct, .name = "NoStatus", .doc = "Nothing is reported here."};
  return type;
}

}  // namespace rotor::json
