#include "api/externalsecrets/external_secret_v1beta1.hpp"

namespace rotor::json {

namespace es = api::es;
namespace beta = api::es::v1beta1;

namespace {

FieldRules conversion() {
  return {.default_json = R"("Default")",
          .one_of = {"Default", "Unicode"},
          .doc = "How characters that a Secret's key may not have are replaced."};
}
FieldRules decoding() {
  return {.default_json = R"("None")",
          .one_of = {"Auto", "Base64", "Base64URL", "None"},
          .doc = "How the remote value is decoded before it is stored."};
}

}  // namespace

ROTOR_DESCRIBE(
    beta::RemoteRef, "What in the store is meant.",
    field<&es::RemoteRef::key>("key", {.required = true, .keep_empty = true, .doc = "Name of the remote secret."}),
    field<&es::RemoteRef::property>("property",
                                    {.doc = "A part of the remote secret, as a path into its JSON document."}),
    field<&es::RemoteRef::version>("version", {.doc = "Version of the remote secret; the current one when absent."}),
    field<&es::RemoteRef::metadata_policy>(
        "metadataPolicy",
        {.default_json = R"("None")",
         .one_of = {"None", "Fetch"},
         .doc = "Fetch reads the remote secret's labels and annotations (or tags) instead of its value."}),
    field<&es::RemoteRef::conversion_strategy>("conversionStrategy", conversion()),
    field<&es::RemoteRef::decoding_strategy>("decodingStrategy", decoding()));

ROTOR_DESCRIBE(beta::Find, "A search for remote secrets.",
               field<&es::Find::path>("path", {.doc = "Where to search; its meaning is the provider's."}),
               field<&es::Find::name>("name", {.doc = "Match by name."}),
               field<&es::Find::tags>("tags", {.doc = "Match by tags or labels; all must be equal."}),
               field<&es::Find::conversion_strategy>("conversionStrategy", conversion()),
               field<&es::Find::decoding_strategy>("decodingStrategy", decoding()));

ROTOR_DESCRIBE(beta::Rewrite, "One change of keys; exactly one.",
               field<&es::Rewrite::regexp>("regexp", {.doc = "Replaces in every key."}),
               field<&es::Rewrite::transform>("transform", {.doc = "Makes every key by a template."}));

ROTOR_DESCRIBE(beta::GeneratorRef, "The generator that makes the values.",
               field<&es::GeneratorRef::api_version>("apiVersion",
                                                     {.default_json = R"("generators.external-secrets.io/v1alpha1")",
                                                      .doc = "API version of the generator."}),
               field<&es::GeneratorRef::kind>(
                   "kind", {.required = true,
                            .one_of = {"ACRAccessToken", "ClusterGenerator", "ECRAuthorizationToken", "Fake",
                                       "GCRAccessToken", "GithubAccessToken", "QuayAccessToken", "Password", "SSHKey",
                                       "STSSessionToken", "UUID", "VaultDynamicSecret", "Webhook", "Grafana"},
                            .doc = "Kind of the generator."}),
               field<&es::GeneratorRef::name>("name", {.required = true,
                                                       .pattern = es::kSubdomainPattern,
                                                       .min_length = 1,
                                                       .max_length = 253,
                                                       .doc = "Name of the generator."}));

ROTOR_DESCRIBE_WITH(beta::SourceRef, "Another source than spec.secretStoreRef; exactly one.",
                    (.rules_json = R"("minProperties":1,"maxProperties":1)"),
                    field<&beta::SourceRef::store_ref>("storeRef", {.doc = "The store to read from."}),
                    field<&beta::SourceRef::generator_ref>("generatorRef",
                                                           {.doc = "The generator that makes the values."}));

ROTOR_DESCRIBE(beta::Data, "One key of the Secret.",
               field<&beta::Data::secret_key>("secretKey", {.required = true,
                                                            .pattern = es::kSecretKeyPattern,
                                                            .min_length = 1,
                                                            .max_length = 253,
                                                            .doc = "Key in the Secret."}),
               field<&beta::Data::remote_ref>("remoteRef", {.required = true, .doc = "What in the store is meant."}),
               field<&beta::Data::source_ref>("sourceRef", {.doc = "Another store than spec.secretStoreRef."}));

ROTOR_DESCRIBE(beta::DataFrom, "Many keys of the Secret.",
               field<&beta::DataFrom::extract>("extract", {.doc = "All members of one remote secret."}),
               field<&beta::DataFrom::find>("find", {.doc = "All remote secrets that match."}),
               field<&beta::DataFrom::rewrite>("rewrite", {.doc = "Changes of the keys, one after the other."}),
               field<&beta::DataFrom::source_ref>("sourceRef", {.doc = "Another source than spec.secretStoreRef."}));

ROTOR_DESCRIBE(beta::Target, "The Secret to write.",
               field<&beta::Target::name>("name", {.pattern = es::kSubdomainPattern,
                                                   .min_length = 1,
                                                   .max_length = 253,
                                                   .doc = "Name of the Secret; the ExternalSecret's when absent."}),
               field<&beta::Target::creation_policy>("creationPolicy", {.default_json = R"("Owner")",
                                                                        .one_of = {"Owner", "Orphan", "Merge", "None"},
                                                                        .doc = "Who makes and owns the Secret."}),
               field<&beta::Target::deletion_policy>(
                   "deletionPolicy", {.default_json = R"("Retain")",
                                      .one_of = {"Delete", "Merge", "Retain"},
                                      .doc = "What happens when the store has none of the values any more."}),
               field<&beta::Target::tmpl>("template", {.doc = "How the Secret is made from the values."}),
               field<&beta::Target::immutable>("immutable", {.doc = "Make the Secret immutable."}));

ROTOR_DESCRIBE(
    beta::ExternalSecretSpec, "Which values become which Secret.",
    field<&beta::ExternalSecretSpec::secret_store_ref>("secretStoreRef",
                                                       {.doc = "The store of every item without one of its own."}),
    field<&beta::ExternalSecretSpec::target>("target",
                                             {.default_json = R"({"creationPolicy":"Owner","deletionPolicy":"Retain"})",
                                              .doc = "The Secret to write."}),
    field<&beta::ExternalSecretSpec::refresh_policy>("refreshPolicy",
                                                     {.one_of = {"CreatedOnce", "Periodic", "OnChange"},
                                                      .doc = "When values are read again; Periodic when absent."}),
    field<&beta::ExternalSecretSpec::refresh_interval>(
        "refreshInterval",
        {.default_json = R"("1h0m0s")",
         .doc = "How often values are read again, a duration such as 1h or 90s; zero: never by time."}),
    field<&beta::ExternalSecretSpec::data>("data", {.doc = "Single keys."}),
    field<&beta::ExternalSecretSpec::data_from>("dataFrom", {.doc = "Many keys at once; keys in data win."}));

ROTOR_DESCRIBE(beta::ExternalSecret, "Values of a store that become a Kubernetes Secret.",
               field<&beta::ExternalSecret::api_version>("apiVersion"), field<&beta::ExternalSecret::kind>("kind"),
               field<&beta::ExternalSecret::metadata>("metadata"), field<&beta::ExternalSecret::spec>("spec"),
               field<&beta::ExternalSecret::status>("status"));

}  // namespace rotor::json
