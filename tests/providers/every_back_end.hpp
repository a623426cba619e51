// Every back end in every way to log in that a table can hold, for tests of what all of them do alike. A new one is one
// more row.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "providers/aws/provider.hpp"
#include "providers/azure/provider.hpp"
#include "providers/doppler/provider.hpp"
#include "providers/gcp/provider.hpp"
#include "providers/kubernetes/kubernetes.hpp"
#include "providers/onepassword/provider.hpp"
#include "providers/vault/openbao.hpp"
#include "providers/vault/provider.hpp"
#include "tests/providers/provider_rig.hpp"
#include "tests/providers/rsa_key.hpp"

namespace rotor::providers {

struct BackEnd {
  std::string name;
  std::unique_ptr<Provider> (*make)(const Services& services);
  std::string config;                            // {URL} is the server
  std::map<std::string, std::string> variables;  // likewise
  std::map<std::string, std::string> logins{};   // path → body: what goes well before the answer does not
  std::string nothing_found{};  // the answer that is this store's word that no secret matches a find, by its name
};

// Of a service account whose token service nobody listens at: the key itself signs, and Secret Manager is asked.
inline std::string google_key() {
  std::string key =
      R"({"type":"service_account","client_email":"a@b","token_uri":"http://127.0.0.1:1/","private_key":)";
  return key + json::quote(test::RsaKey::shared().pem().reveal()) + "}";
}

inline constexpr const char* kAzureBlock =
    R"({"vaultUrl":"{URL}","tenantId":"t","environmentType":"AzureStackCloud","useAzureSDK":true,"customCloudConfig":)"
    R"({"activeDirectoryEndpoint":"{URL}/login","keyVaultEndpoint":"https://vault.azure.net"},"authSecretRef":)"
    R"({"clientId":{"name":"aws","key":"id"},"clientSecret":{"name":"aws","key":"key"}}})";

inline const std::vector<BackEnd> kBackEnds = {
    {"AwsSecretsManager",
     aws::make_provider,
     R"({"service":"SecretsManager","region":"us-east-1","auth":{"secretRef":{"accessKeyIDSecretRef":{"name":"aws","key":"id"},)"
     R"("secretAccessKeySecretRef":{"name":"aws","key":"key"}}}})",
     {{"AWS_SECRETSMANAGER_ENDPOINT", "{URL}"}}},
    {"AwsParameterStore",
     aws::make_provider,
     R"({"service":"ParameterStore","region":"us-east-1","auth":{"secretRef":{"accessKeyIDSecretRef":{"name":"aws","key":"id"},)"
     R"("secretAccessKeySecretRef":{"name":"aws","key":"key"}}}})",
     {{"AWS_SSM_ENDPOINT", "{URL}"}}},
    {"AwsThroughARole",
     aws::make_provider,
     R"({"service":"SecretsManager","region":"us-east-1","role":"r","auth":{"secretRef":{"accessKeyIDSecretRef":)"
     R"({"name":"aws","key":"id"},"secretAccessKeySecretRef":{"name":"aws","key":"key"}}}})",
     {{"AWS_SECRETSMANAGER_ENDPOINT", "{URL}"}, {"AWS_STS_ENDPOINT", "{URL}"}}},
    {"AzureKeyVault",
     azure::make_provider,
     kAzureBlock,
     {},
     {{"/login/t/oauth2/v2.0/token", R"({"token_type":"Bearer","expires_in":3599,"access_token":"good"})"}}},
    {"AzureLogin", azure::make_provider, kAzureBlock, {}},
    {"VaultKv2",
     vault::make_provider,
     R"({"server":"{URL}","path":"secret","auth":{"tokenSecretRef":{"name":"aws","key":"key"}}})",
     {}},
    {"VaultKv1",
     vault::make_provider,
     R"({"server":"{URL}","path":"secret","version":"v1","auth":{"tokenSecretRef":{"name":"aws","key":"key"}}})",
     {}},
    {"OpenBao",
     vault::make_openbao_provider,
     R"({"server":"{URL}","auth":{"tokenSecretRef":{"name":"aws","key":"key"}}})",
     {}},
    // A token that a login gave, whatever becomes of it afterwards.
    {"VaultLoggedIn",
     vault::make_provider,
     R"({"server":"{URL}","path":"secret","auth":{"appRole":{"roleId":"r","secretRef":{"name":"aws","key":"key"}}}})",
     {},
     {{"/v1/auth/approle/login", R"({"auth":{"client_token":"good","lease_duration":3600}})"}}},
    {"VaultLogin",
     vault::make_provider,
     R"({"server":"{URL}","path":"secret","auth":{"appRole":{"roleId":"r","secretRef":{"name":"aws","key":"key"}}}})",
     {}},
    {"Kubernetes",
     make_kubernetes_provider,
     R"({"server":{"url":"{URL}"},"auth":{"token":{"bearerToken":{"name":"aws","key":"key"}}},"remoteNamespace":"other"})",
     {}},
    {"GcpSecretManager",
     gcp::make_provider,
     R"({"projectID":"p","auth":{"secretRef":{"secretAccessKeySecretRef":{"name":"gcp","key":"key"}}}})",
     {{"ROTOR_GCP_SECRETMANAGER_ENDPOINT", "{URL}"}},
     {},
     "EmptyObject"},
    {"Doppler",
     doppler::make_provider,
     R"({"auth":{"secretRef":{"dopplerToken":{"name":"aws","key":"key"}}}})",
     {{"DOPPLER_BASE_URL", "{URL}"}}},
    {"DopplerWithOidc",
     doppler::make_provider,
     R"({"auth":{"oidcConfig":{"identity":"i","serviceAccountRef":{"name":"app"}}}})",
     {{"DOPPLER_BASE_URL", "{URL}"}}},
    {"DopplerLoggedIn",
     doppler::make_provider,
     R"({"auth":{"oidcConfig":{"identity":"i","serviceAccountRef":{"name":"app"}}}})",
     {{"DOPPLER_BASE_URL", "{URL}"}},
     {{"/v3/auth/oidc", R"({"success":true,"token":"good","expires_at":"2030-01-01T00:00:00Z"})"}}},
    {"OnePassword",
     onepassword::make_provider,
     R"({"connectHost":"{URL}","vaults":{"a vault":1},"auth":{"secretRef":{"connectTokenSecretRef":{"name":"aws","key":"key"}}}})",
     {}},
};

inline std::string with_url(std::string text, const std::string& url) {
  for (auto at = text.find("{URL}"); at != std::string::npos; at = text.find("{URL}", at)) text.replace(at, 5, url);
  return text;
}

// What a failed test calls it.
inline void PrintTo(const BackEnd& back_end, std::ostream* out) { *out << back_end.name; }

}  // namespace rotor::providers
