#include "api/generators/vault_dynamic_secret.hpp"

namespace rotor::json {

using api::gen::VaultDynamicSecretSpec;

namespace {

constexpr std::string_view kVaultProvider =
    R"({"type":"object","description":"Where Vault is and how to log in: what spec.provider.vault of a SecretStore is.",)"
    R"("x-kubernetes-preserve-unknown-fields":true})";
constexpr std::string_view kParameters =
    R"({"type":"object","description":"Body of a write.","x-kubernetes-preserve-unknown-fields":true})";

}  // namespace

ROTOR_DESCRIBE(
    VaultDynamicSecretSpec, "A call of Vault that answers values.",
    field<&VaultDynamicSecretSpec::controller>("controller",
                                               {.doc = "Class of the controller that runs it; any when empty."}),
    field<&VaultDynamicSecretSpec::path>("path",
                                         {.required = true, .doc = "Path in Vault, without /v1: database/creds/app."}),
    field<&VaultDynamicSecretSpec::method>("method",
                                           {.doc = "GET when absent, LIST, DELETE; anything else is a write."}),
    field<&VaultDynamicSecretSpec::parameters>("parameters", {.schema_json = kParameters}),
    field<&VaultDynamicSecretSpec::get_parameters>("getParameters", {.doc = "Query of a GET."}),
    field<&VaultDynamicSecretSpec::result_type>("resultType", {.default_json = R"("Data")",
                                                               .one_of = {"Data", "Auth", "Raw"},
                                                               .doc = "Which part of the answer becomes keys."}),
    field<&VaultDynamicSecretSpec::allow_empty_response>(
        "allowEmptyResponse",
        {.default_json = "false", .doc = "Whether an answer without anything in it is no error but no keys."}),
    field<&VaultDynamicSecretSpec::provider>("provider", {.required = true, .schema_json = kVaultProvider}),
    field<&VaultDynamicSecretSpec::retry_settings>("retrySettings", {.doc = "Retries of the call."}));

}  // namespace rotor::json
