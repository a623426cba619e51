#include "api/externalsecrets/references.hpp"

namespace rotor::json {

using namespace api::es;

namespace {

FieldRules subdomain(bool required, std::string_view doc) {
  return {.required = required, .pattern = kSubdomainPattern, .min_length = 1, .max_length = 253, .doc = doc};
}
FieldRules label(std::string_view doc) {
  return {.pattern = kLabelPattern, .min_length = 1, .max_length = 63, .doc = doc};
}
FieldRules secret_key(std::string_view doc) {
  return {.pattern = kSecretKeyPattern, .min_length = 1, .max_length = 253, .doc = doc};
}
constexpr std::string_view kNamespaceDoc =
    "Namespace of the object. Only a ClusterSecretStore may name one; otherwise it is the ExternalSecret's own.";

}  // namespace

ROTOR_DESCRIBE(SecretKeySelector, "One key of a Kubernetes Secret.",
               field<&SecretKeySelector::name>("name", subdomain(false, "Name of the Secret.")),
               field<&SecretKeySelector::ns>("namespace", label(kNamespaceDoc)),
               field<&SecretKeySelector::key>("key", secret_key("Key in the Secret's data.")));

ROTOR_DESCRIBE(ServiceAccountSelector, "A ServiceAccount whose token is used to log in.",
               field<&ServiceAccountSelector::name>("name", subdomain(true, "Name of the ServiceAccount.")),
               field<&ServiceAccountSelector::ns>("namespace", label(kNamespaceDoc)),
               field<&ServiceAccountSelector::audiences>(
                   "audiences", {.doc = "Audiences of the token, beside the provider's own."}));

ROTOR_DESCRIBE(CaProvider, "Where a bundle of certificate authorities lies.",
               field<&CaProvider::type>(
                   "type", {.required = true, .one_of = {"Secret", "ConfigMap"}, .doc = "Kind of the object."}),
               field<&CaProvider::name>("name", subdomain(true, "Name of the object.")),
               field<&CaProvider::key>("key", secret_key("Key that holds the PEM bundle.")),
               field<&CaProvider::ns>("namespace", label(kNamespaceDoc)));

ROTOR_DESCRIBE(StoreRef, "The store to read from.",
               field<&StoreRef::name>("name", subdomain(false, "Name of the store.")),
               field<&StoreRef::kind>("kind", {.one_of = {"SecretStore", "ClusterSecretStore"},
                                               .doc = "Kind of the store; SecretStore when absent."}));

ROTOR_DESCRIBE(
    GeneratorRef, "The generator that makes the values.",
    field<&GeneratorRef::api_version>("apiVersion", {.default_json = R"("generators.external-secrets.io/v1alpha1")",
                                                     .doc = "API version of the generator."}),
    field<&GeneratorRef::kind>("kind", {.required = true,
                                        .one_of = {"ACRAccessToken", "BeyondtrustWorkloadCredentialsDynamicSecret",
                                                   "ClusterGenerator", "CloudsmithAccessToken", "ECRAuthorizationToken",
                                                   "Fake", "GCRAccessToken", "GithubAccessToken", "GitlabDeployToken",
                                                   "QuayAccessToken", "Password", "SSHKey", "STSSessionToken", "UUID",
                                                   "VaultDynamicSecret", "Webhook", "Grafana", "MFA"},
                                        .doc = "Kind of the generator."}),
    field<&GeneratorRef::name>("name", subdomain(true, "Name of the generator.")));

ROTOR_DESCRIBE(
    RemoteRef, "What in the store is meant.",
    field<&RemoteRef::key>("key", {.required = true, .keep_empty = true, .doc = "Name of the remote secret."}),
    field<&RemoteRef::property>("property", {.doc = "A part of the remote secret, as a path into its JSON document."}),
    field<&RemoteRef::version>("version", {.doc = "Version of the remote secret; the current one when absent."}),
    field<&RemoteRef::metadata_policy>(
        "metadataPolicy",
        {.one_of = {"None", "Fetch"},
         .doc = "Fetch reads the remote secret's labels and annotations (or tags) instead of its value."}),
    field<&RemoteRef::conversion_strategy>("conversionStrategy",
                                           {.one_of = {"Default", "Unicode"},
                                            .doc = "How characters that a Secret's key may not have are replaced."}),
    field<&RemoteRef::decoding_strategy>("decodingStrategy",
                                         {.one_of = {"Auto", "Base64", "Base64URL", "None"},
                                          .doc = "How the remote value is decoded before it is stored."}),
    field<&RemoteRef::null_byte_policy>("nullBytePolicy",
                                        {.one_of = {"Ignore", "Fail"},
                                         .doc = "What to do with a value that contains a zero byte."}));

ROTOR_DESCRIBE(FindName, "A match by name.",
               field<&FindName::regexp>("regexp", {.doc = "RE2 expression that the name must contain a match of."}));

ROTOR_DESCRIBE(
    Find, "A search for remote secrets.",
    field<&Find::path>("path", {.doc = "Where to search; its meaning is the provider's."}),
    field<&Find::name>("name", {.doc = "Match by name."}),
    field<&Find::tags>("tags", {.doc = "Match by tags or labels; all must be equal."}),
    field<&Find::conversion_strategy>("conversionStrategy",
                                      {.one_of = {"Default", "Unicode"},
                                       .doc = "How characters that a Secret's key may not have are replaced."}),
    field<&Find::decoding_strategy>("decodingStrategy",
                                    {.one_of = {"Auto", "Base64", "Base64URL", "None"},
                                     .doc = "How the remote values are decoded before they are stored."}),
    field<&Find::null_byte_policy>("nullBytePolicy", {.one_of = {"Ignore", "Fail"},
                                                      .doc = "What to do with a value that contains a zero byte."}));

}  // namespace rotor::json
