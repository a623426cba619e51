#include "api/rbac/role.hpp"

namespace rotor::json {
using namespace api;

ROTOR_DESCRIBE(PolicyRule, "Verbs on resources.", field<&PolicyRule::api_groups>("apiGroups"),
               field<&PolicyRule::resources>("resources"), field<&PolicyRule::resource_names>("resourceNames"),
               field<&PolicyRule::verbs>("verbs", {.required = true}));

ROTOR_DESCRIBE(Role, "What may be done in a namespace.", field<&Role::api_version>("apiVersion"),
               field<&Role::kind>("kind"), field<&Role::metadata>("metadata"), field<&Role::rules>("rules"));

ROTOR_DESCRIBE(RoleRef, "The role that is bound; never changed.", field<&RoleRef::api_group>("apiGroup"),
               field<&RoleRef::kind>("kind", {.required = true}), field<&RoleRef::name>("name", {.required = true}));

ROTOR_DESCRIBE(Subject, "Who has the role.", field<&Subject::api_group>("apiGroup"),
               field<&Subject::kind>("kind", {.required = true}), field<&Subject::name>("name", {.required = true}),
               field<&Subject::ns>("namespace"));

ROTOR_DESCRIBE(RoleBinding, "Gives a role to identities.", field<&RoleBinding::api_version>("apiVersion"),
               field<&RoleBinding::kind>("kind"), field<&RoleBinding::metadata>("metadata"),
               field<&RoleBinding::role_ref>("roleRef", {.required = true}), field<&RoleBinding::subjects>("subjects"));

}  // namespace rotor::json
