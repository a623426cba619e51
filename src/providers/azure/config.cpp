#include "providers/azure/config.hpp"

#include <utility>

namespace rotor::json {

using namespace providers::azure;

ROTOR_DESCRIBE(AuthSecretRef, "Credentials of an application, kept in Secrets.",
               field<&AuthSecretRef::client_id>("clientId", {.doc = "The application's (client) ID."}),
               field<&AuthSecretRef::tenant_id>("tenantId", {.doc = "The tenant; for WorkloadIdentity only."}),
               field<&AuthSecretRef::client_secret>("clientSecret", {.doc = "A client secret of the application."}),
               field<&AuthSecretRef::client_certificate>(
                   "clientCertificate",
                   {.doc = "Certificate and RSA key of the application: PEM, or PKCS#12 without a password."}));

ROTOR_DESCRIBE(CustomCloudConfig, "Addresses of a cloud of one's own.",
               field<&CustomCloudConfig::active_directory_endpoint>("activeDirectoryEndpoint",
                                                                    {.required = true, .doc = "Where logins go."}),
               field<&CustomCloudConfig::key_vault_endpoint>(
                   "keyVaultEndpoint", {.doc = "The resource tokens are for; without it the vault is asked."}),
               field<&CustomCloudConfig::key_vault_dns_suffix>("keyVaultDNSSuffix", {.doc = "Not used."}),
               field<&CustomCloudConfig::resource_manager_endpoint>("resourceManagerEndpoint", {.doc = "Not used."}));

ROTOR_DESCRIBE(
    Config, "Azure Key Vault.",
    field<&Config::auth_type>("authType", {.default_json = R"("ServicePrincipal")",
                                           .one_of = {"ServicePrincipal", "ManagedIdentity", "WorkloadIdentity"},
                                           .doc = "How to log in."}),
    field<&Config::vault_url>("vaultUrl",
                              {.required = true, .keep_empty = true, .doc = "https://NAME.vault.azure.net"}),
    field<&Config::tenant_id>("tenantId", {.doc = "The tenant of the application."}),
    field<&Config::environment_type>("environmentType", {.default_json = R"("PublicCloud")",
                                                         .one_of = {"PublicCloud", "USGovernmentCloud", "ChinaCloud",
                                                                    "GermanCloud", "AzureStackCloud"},
                                                         .doc = "The Azure cloud."}),
    field<&Config::auth_secret_ref>("authSecretRef", {.doc = "Credentials of an application."}),
    field<&Config::service_account_ref>("serviceAccountRef",
                                        {.doc = "WorkloadIdentity: a ServiceAccount to log in as."}),
    field<&Config::identity_id>("identityId", {.doc = "ManagedIdentity: client ID of a user-assigned identity."}),
    field<&Config::use_azure_sdk>("useAzureSDK", {.doc = "Needed for customCloudConfig."}),
    field<&Config::custom_cloud_config>("customCloudConfig", {.doc = "For AzureStackCloud."}));

}  // namespace rotor::json

namespace rotor::providers::azure {
namespace {

bool lacks_namespace(const std::optional<SecretKeySelector>& ref) { return ref && (!ref->ns || ref->ns->empty()); }

Result<void> check_selector(const Store& store, const std::optional<std::string>& ns, std::string_view what) {
  auto checked = check_selector_namespace(store.kind, store.ns, ns, NamespaceRule::kReferent);
  if (!checked) return std::unexpected(std::move(checked).error().prefixed(what));
  return {};
}

Result<void> check_selectors(const Store& store, const Config& config) {
  if (config.auth_secret_ref) {
    const AuthSecretRef& ref = *config.auth_secret_ref;
    for (const auto& [selector, what] :
         {std::pair(&ref.client_id, "invalid AuthSecretRef.ClientID"),
          std::pair(&ref.client_secret, "invalid AuthSecretRef.ClientSecret"),
          std::pair(&ref.tenant_id, "invalid AuthSecretRef.TenantID"),
          std::pair(&ref.client_certificate, "invalid AuthSecretRef.ClientCertificate")}) {
      if (*selector) TRY_VOID(check_selector(store, (*selector)->ns, what));
    }
  }
  if (config.service_account_ref) {
    TRY_VOID(check_selector(store, config.service_account_ref->ns, "invalid ServiceAccountRef"));
  }
  return {};
}

Result<void> check_custom_cloud(const Config& config) {
  if (config.custom_cloud_config && !config.use_azure_sdk) {
    return fail(Code::kInvalid,
                "CustomCloudConfig requires UseAzureSDK to be set to true - the legacy SDK does not support custom "
                "clouds");
  }
  if (config.custom_cloud_config && config.custom_cloud_config->active_directory_endpoint.empty()) {
    return fail(Code::kInvalid, "activeDirectoryEndpoint is required in CustomCloudConfig");
  }
  if (config.environment_type == "AzureStackCloud" && !config.custom_cloud_config) {
    return fail(Code::kInvalid, "CustomCloudConfig is required when EnvironmentType is AzureStackCloud");
  }
  return {};
}

}  // namespace

bool Config::ambient() const {
  return auth() == "ManagedIdentity" || (auth() == "WorkloadIdentity" && !service_account_ref);
}

bool Config::referent() const {
  if (ambient()) return false;
  if (auth() == "WorkloadIdentity" && (!service_account_ref->ns || service_account_ref->ns->empty())) return true;
  if (!auth_secret_ref) return false;
  const AuthSecretRef& ref = *auth_secret_ref;
  return lacks_namespace(ref.client_id) || lacks_namespace(ref.client_secret) || lacks_namespace(ref.tenant_id) ||
         lacks_namespace(ref.client_certificate);
}

Result<Config> read_config(const Store& store) {
  if (store.config.text.empty() || store.config.text == "null") {
    return fail(Code::kInvalid,
                "invalid azure keyvault provider: spec.provider.azurekv of store " + store.name + " is empty");
  }
  auto config = json::read<Config>(store.config.text);
  if (!config) return std::unexpected(std::move(config).error().prefixed("spec.provider.azurekv"));
  return config;
}

Result<std::vector<std::string>> check_config(const Store& store, const Config& config) {
  TRY_VOID(check_selectors(store, config));
  TRY_VOID(check_custom_cloud(config));
  std::vector<std::string> warnings;
  if (config.environment_type == "GermanCloud") {
    warnings.emplace_back(
        "spec.provider.azurekv.environmentType: Microsoft closed the German cloud on October 29, 2021; its regions of "
        "today belong to PublicCloud");
  }
  return warnings;
}

}  // namespace rotor::providers::azure
