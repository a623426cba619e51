// Image, resources, security and storage of an OpenClawInstance.
#include "api/openclaw/instance.hpp"
#include "api/openclaw/rules.hpp"

namespace rotor::json {
using namespace api;

ROTOR_DESCRIBE_WITH(ImageSpec, "The assistant's container image.", (.rules_json = kImageRulesJson),
                    field<&ImageSpec::digest>("digest", {.doc = "Wins over the tag: repository@digest."}),
                    field<&ImageSpec::pull_policy>("pullPolicy", {.default_json = R"("IfNotPresent")",
                                                                  .one_of = {"Always", "IfNotPresent", "Never"}}),
                    field<&ImageSpec::pull_secrets>("pullSecrets", {.doc = "Secrets with the registry's credentials."}),
                    field<&ImageSpec::repository>("repository", {.default_json = R"("ghcr.io/openclaw/openclaw")"}),
                    field<&ImageSpec::tag>("tag", {.default_json = R"("latest")"}));

ROTOR_DESCRIBE(ResourceAmounts, "Quantities of one side.",
               field<&ResourceAmounts::cpu>("cpu", {.doc = "A Kubernetes quantity, for example 500m."}),
               field<&ResourceAmounts::memory>("memory", {.doc = "A Kubernetes quantity, for example 1Gi."}));

ROTOR_DESCRIBE(InstanceResources, "What the main container is given (500m, 1Gi) and may use (2, 4Gi).",
               field<&InstanceResources::limits>("limits"), field<&InstanceResources::requests>("requests"));

ROTOR_DESCRIBE(InstancePodSecurity, "User and group of the pod; 1000 each unless said otherwise.",
               field<&InstancePodSecurity::fs_group>("fsGroup", {.default_json = "1000"}),
               field<&InstancePodSecurity::fs_group_change_policy>("fsGroupChangePolicy",
                                                                   {.one_of = {"OnRootMismatch", "Always"}}),
               field<&InstancePodSecurity::run_as_group>("runAsGroup", {.default_json = "1000"}),
               field<&InstancePodSecurity::run_as_non_root>("runAsNonRoot", {.default_json = "true"}),
               field<&InstancePodSecurity::run_as_user>("runAsUser", {.default_json = "1000"}));

ROTOR_DESCRIBE(InstanceContainerSecurity, "What the main container may do.",
               field<&InstanceContainerSecurity::allow_privilege_escalation>("allowPrivilegeEscalation",
                                                                             {.default_json = "false"}),
               field<&InstanceContainerSecurity::capabilities>("capabilities",
                                                               {.doc = "Instead of dropping all of them."}),
               field<&InstanceContainerSecurity::read_only_root_filesystem>("readOnlyRootFilesystem",
                                                                            {.default_json = "true"}),
               field<&InstanceContainerSecurity::run_as_non_root>("runAsNonRoot"),
               field<&InstanceContainerSecurity::run_as_user>("runAsUser"));

ROTOR_DESCRIBE(InstanceRbac, "The identity the pod runs with.",
               field<&InstanceRbac::additional_rules>("additionalRules",
                                                      {.doc = "Rights beyond reading the configuration."}),
               field<&InstanceRbac::create_service_account>("createServiceAccount", {.default_json = "true"}),
               field<&InstanceRbac::service_account_annotations>("serviceAccountAnnotations",
                                                                 {.doc = "For example eks.amazonaws.com/role-arn."}),
               field<&InstanceRbac::service_account_name>("serviceAccountName",
                                                          {.doc = "The instance's own name unless set."}));

ROTOR_DESCRIBE(CaBundle, "Certificates the assistant trusts in addition.",
               field<&CaBundle::config_map_name>("configMapName"),
               field<&CaBundle::key>("key", {.default_json = R"("ca-bundle.crt")"}),
               field<&CaBundle::secret_name>("secretName"));

ROTOR_DESCRIBE(InstanceSecurity, "Who the pod is and what it may do.", field<&InstanceSecurity::ca_bundle>("caBundle"),
               field<&InstanceSecurity::container>("containerSecurityContext"),
               field<&InstanceSecurity::network_policy>("networkPolicy"),
               field<&InstanceSecurity::pod>("podSecurityContext"), field<&InstanceSecurity::rbac>("rbac"));

ROTOR_DESCRIBE(InstancePersistence, "The volume that holds the assistant's data.",
               field<&InstancePersistence::access_modes>("accessModes", {.default_json = R"(["ReadWriteOnce"])"}),
               field<&InstancePersistence::enabled>("enabled", {.default_json = "true"}),
               field<&InstancePersistence::existing_claim>("existingClaim",
                                                           {.doc = "Used as it is; nothing is created."}),
               field<&InstancePersistence::orphan>("orphan", {.default_json = "true"}),
               field<&InstancePersistence::size>("size", {.default_json = R"("10Gi")"}),
               field<&InstancePersistence::storage_class>("storageClass"));

ROTOR_DESCRIBE(InstanceStorage, "Where data lives.", field<&InstanceStorage::persistence>("persistence"));

}  // namespace rotor::json
