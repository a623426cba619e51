#include "api/externalsecrets/cluster_external_secret.hpp"

namespace rotor::json {

using namespace api::es;

namespace {

Field child_name_row() {
  return field<&Spread::external_secret_name>("externalSecretName",
                                              {.pattern = kSubdomainPattern,
                                               .min_length = 1,
                                               .max_length = 253,
                                               .doc = "Name of each ExternalSecret; this object's when absent."});
}
Field child_metadata_row() {
  return field<&Spread::external_secret_metadata>("externalSecretMetadata",
                                                  {.doc = "Labels and annotations of each ExternalSecret."});
}
Field selector_row() {
  return field<&Spread::namespace_selector>(
      "namespaceSelector", {.doc = "Namespaces with these labels. Older form of namespaceSelectors; both count."});
}
Field selectors_row() {
  return field<&Spread::namespace_selectors>("namespaceSelectors",
                                             {.doc = "Namespaces that at least one of these chooses."});
}
Field namespaces_row() {
  return field<&Spread::namespaces>("namespaces", {.pattern = kLabelPattern,
                                                   .min_length = 1,
                                                   .max_length = 63,
                                                   .doc = "Namespaces by name, besides those that are selected."});
}
Field refresh_time_row() {
  return field<&Spread::refresh_time>(
      "refreshTime",
      {.doc = "How often all namespaces are looked at again, a duration; 1h when absent, zero: never by time."});
}

constexpr std::string_view kChildDoc = "The spec of each ExternalSecret.";

}  // namespace

ROTOR_DESCRIBE(ChildMetadata, "Labels and annotations of each ExternalSecret.",
               field<&ChildMetadata::annotations>("annotations", {.doc = "The only annotations that it has."}),
               field<&ChildMetadata::labels>("labels", {.doc = "The only labels that it has."}));

ROTOR_DESCRIBE(ClusterExternalSecretSpec, "Which ExternalSecret stands in which namespaces.",
               field<&ClusterExternalSecretSpec::external_secret_spec>("externalSecretSpec",
                                                                       {.required = true, .doc = kChildDoc}),
               child_name_row(), child_metadata_row(), selector_row(), selectors_row(), namespaces_row(),
               refresh_time_row());

ROTOR_DESCRIBE(v1beta1::ClusterExternalSecretSpec, "Which ExternalSecret stands in which namespaces.",
               field<&v1beta1::ClusterExternalSecretSpec::external_secret_spec>("externalSecretSpec",
                                                                                {.required = true, .doc = kChildDoc}),
               child_name_row(), child_metadata_row(), selector_row(), selectors_row(), namespaces_row(),
               refresh_time_row());

ROTOR_DESCRIBE(FailedNamespace, "A namespace where the ExternalSecret is not as it should be.",
               field<&FailedNamespace::ns>("namespace",
                                           {.required = true, .keep_empty = true, .doc = "Name of the namespace."}),
               field<&FailedNamespace::reason>("reason", {.doc = "Why."}));

ROTOR_DESCRIBE(
    ClusterCondition, "One aspect of the state of the object.",
    field<&ClusterCondition::type>("type", {.required = true, .keep_empty = true, .doc = "Name of the aspect."}),
    field<&ClusterCondition::status>("status",
                                     {.required = true, .keep_empty = true, .doc = "True, False or Unknown."}),
    field<&ClusterCondition::message>("message", {.doc = "A sentence for people."}));

ROTOR_DESCRIBE(
    ClusterExternalSecretStatus, "What the controller found last.",
    field<&ClusterExternalSecretStatus::external_secret_name>("externalSecretName",
                                                              {.doc = "What the ExternalSecrets are called."}),
    field<&ClusterExternalSecretStatus::failed_namespaces>("failedNamespaces",
                                                           {.doc = "Where the ExternalSecret is not as it should be."}),
    field<&ClusterExternalSecretStatus::provisioned_namespaces>("provisionedNamespaces", {.doc = "Where it is."}),
    field<&ClusterExternalSecretStatus::conditions>("conditions", {.doc = "Whether it is everywhere it should be."}));

ROTOR_DESCRIBE(ClusterExternalSecret, "One ExternalSecret in each of many namespaces.",
               field<&ClusterExternalSecret::api_version>("apiVersion"), field<&ClusterExternalSecret::kind>("kind"),
               field<&ClusterExternalSecret::metadata>("metadata"), field<&ClusterExternalSecret::spec>("spec"),
               field<&ClusterExternalSecret::status>("status"));

}  // namespace rotor::json
