#include "api/generators/fake.hpp"

namespace rotor::json {

using api::gen::FakeSpec;

ROTOR_DESCRIBE(FakeSpec, "The values themselves.",
               field<&FakeSpec::controller>("controller",
                                            {.doc = "Class of the controller that runs it; any when empty."}),
               field<&FakeSpec::data>("data", {.doc = "What is given, as it stands here."}));

}  // namespace rotor::json
