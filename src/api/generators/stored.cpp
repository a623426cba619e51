#include "api/generators/stored.hpp"

namespace rotor::json {

using namespace api::gen;

// No rows, which the macro cannot say.
template <>
const Type& type_of<StoredSpec>() {
  static const Type type = {.shape = Shape::kStruct,
                            .name = "StoredSpec",
                            .doc = "Kept as it is: the kind is not built yet.",
                            .preserve_unknown = true};
  return type;
}

constexpr std::string_view kProjectOrGroup =
    R"x("x-kubernetes-validations":[{"rule":"has(self.projectID) != has(self.groupID)",)x"
    R"x("message":"exactly one of projectID or groupID must be set"}])x";

ROTOR_DESCRIBE_WITH(GitlabDeployTokenSpec, "Kept as it is: the kind is not built yet.",
                    (.preserve_unknown = true, .rules_json = kProjectOrGroup),
                    field<&GitlabDeployTokenSpec::project_id>("projectID", {.int_or_string = true,
                                                                            .doc = "The project that it is for."}),
                    field<&GitlabDeployTokenSpec::group_id>("groupID", {.int_or_string = true,
                                                                        .doc = "The group that it is for."}));

}  // namespace rotor::json
