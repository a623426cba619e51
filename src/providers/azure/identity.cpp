#include "providers/azure/identity.hpp"

#include <fmt/format.h>

#include "providers/common/cache_key.hpp"
#include "providers/common/endpoint.hpp"
#include "providers/common/other_ways.hpp"

namespace rotor::providers::azure {
namespace {

constexpr std::string_view kClientAnnotation = "azure.workload.identity/client-id";
constexpr std::string_view kTenantAnnotation = "azure.workload.identity/tenant-id";
constexpr std::string_view kAudience = "api://AzureADTokenExchange";

// A text out of a Secret that becomes part of an address or of a form.
Result<std::string> as_text(const SecretBytes& value, std::string_view field) {
  const std::string_view text = value.reveal();
  if (text.empty()) return fail(Code::kInvalid, fmt::format("{}: the Secret's value is empty", field));
  if (text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos) return std::string(text);
  return fail(Code::kInvalid,
              fmt::format("{}: the Secret's value holds a line break; store it without one (kubectl create secret "
                          "--from-literal, or printf instead of echo)",
                          field));
}

Task<Result<SecretBytes>> read_value(StoreContext context, SecretKeySelector ref, std::string_view what) {
  auto value = co_await context.gate.secret_value(context.scope(), std::move(ref));
  if (!value) co_return std::unexpected(std::move(value).error().prefixed(fmt::format("failed to get {}", what)));
  co_return std::move(value);
}

Task<Result<std::string>> read_client_id(StoreContext context, SecretKeySelector ref) {
  CO_TRY(const SecretBytes value, co_await read_value(std::move(context), std::move(ref), "clientID"));
  co_return as_text(value, "authSecretRef.clientId");
}

Task<Result<std::string>> read_tenant_id(StoreContext context, SecretKeySelector ref) {
  CO_TRY(const SecretBytes value, co_await read_value(std::move(context), std::move(ref), "tenantID"));
  co_return as_text(value, "authSecretRef.tenantId");
}

// "..", which an address would swallow, is no tenant; what else is wrong with one Entra says.
Result<void> check_tenant(const std::string& tenant) {
  if (tenant.find_first_not_of('.') != std::string::npos) return {};
  return fail(Code::kInvalid, "tenantId must be the ID of the tenant or one of its domains");
}

Task<Result<Credential>> read_certificate(StoreContext context, SecretKeySelector ref) {
  CO_TRY(const SecretBytes text, co_await read_value(std::move(context), std::move(ref), "clientCertificate"));
  auto certificate = read_client_certificate(text);
  if (!certificate) {
    co_return std::unexpected(std::move(certificate)
                                  .error()
                                  .prefixed("failed to get oauth token from certificate auth: failed to decode "
                                            "certificate"));
  }
  co_return Credential(*std::move(certificate));
}

Task<Result<Credential>> read_secret(StoreContext context, SecretKeySelector ref) {
  CO_TRY(SecretBytes secret, co_await read_value(std::move(context), std::move(ref), "clientSecret"));
  if (secret.empty()) co_return fail(Code::kInvalid, "authSecretRef.clientSecret: the Secret's value is empty");
  co_return Credential(ClientSecret{std::move(secret)});
}

Task<Result<Identity>> service_principal(Config config, StoreContext context) {
  if (config.tenant_id.empty()) {
    co_return fail(Code::kInvalid, "missing tenantID in store config: set spec.provider.azurekv.tenantId");
  }
  if (!config.auth_secret_ref) {
    co_return fail(Code::kInvalid, "missing secretRef in provider config: set spec.provider.azurekv.authSecretRef");
  }
  const AuthSecretRef ref = *config.auth_secret_ref;
  if (!ref.client_id || (!ref.client_secret && !ref.client_certificate)) {
    co_return fail(
        Code::kInvalid,
        "missing accessKeyID/secretAccessKey in store config: authSecretRef needs clientId, and clientSecret "
        "or clientCertificate");
  }
  if (ref.client_secret && ref.client_certificate) {
    co_return fail(
        Code::kInvalid,
        "both clientSecret and clientCredentials set: authSecretRef takes clientSecret or clientCertificate");
  }
  Identity identity;
  identity.tenant = config.tenant_id;
  CO_TRY(identity.client_id, co_await read_client_id(context, *ref.client_id));
  if (ref.client_certificate) {
    CO_TRY(identity.credential, co_await read_certificate(context, *ref.client_certificate));
  } else {
    CO_TRY(identity.credential, co_await read_secret(context, *ref.client_secret));
  }
  co_return std::move(identity);
}

std::string annotation(const kube::StringMap& annotations, std::string_view name) {
  const auto it = annotations.find(name);
  return it == annotations.end() ? std::string() : it->second;
}

struct Named {
  std::string client_id;
  std::string tenant;
};

Task<Result<Named>> named_in_secrets(Config config, StoreContext context) {
  Named named{{}, config.tenant_id};
  if (!config.auth_secret_ref) co_return named;
  const AuthSecretRef ref = *config.auth_secret_ref;
  if (!ref.client_id) {
    co_return fail(Code::kInvalid,
                   "missing accessKeyID/secretAccessKey in store config: authSecretRef needs clientId, or leave "
                   "authSecretRef out");
  }
  CO_TRY(named.client_id, co_await read_client_id(context, *ref.client_id));
  if (ref.tenant_id) {
    CO_TRY(named.tenant, co_await read_tenant_id(context, *ref.tenant_id));
  }
  co_return named;
}

// Each of the two is said in one place; twice is a contradiction waiting to happen.
Result<Named> merge(Named named, const kube::StringMap& annotations, const EnvironmentVariables& environment,
                    const std::string& account) {
  const std::string client = annotation(annotations, kClientAnnotation);
  if (!named.client_id.empty() && !client.empty()) {
    return fail(Code::kInvalid, "multiple clientID found. Check secretRef and serviceAccountRef");
  }
  if (named.client_id.empty()) named.client_id = client;
  if (named.client_id.empty()) {
    return fail(Code::kInvalid,
                fmt::format("missing clientID: either serviceAccountRef or service account annotation '{}' is missing: "
                            "annotate ServiceAccount {}, or set authSecretRef.clientId",
                            kClientAnnotation, account));
  }
  const std::string tenant = annotation(annotations, kTenantAnnotation);
  if (!named.tenant.empty() && !tenant.empty()) {
    return fail(Code::kInvalid,
                "multiple tenantID found. Check secretRef, 'spec.provider.azurekv.tenantId', and serviceAccountRef");
  }
  if (named.tenant.empty()) named.tenant = tenant;
  if (named.tenant.empty()) named.tenant = environment("AZURE_TENANT_ID").value_or("");
  if (named.tenant.empty()) {
    return fail(Code::kInvalid, fmt::format("missing tenantID in store config: set spec.provider.azurekv.tenantId, or "
                                            "annotate ServiceAccount {} with {}",
                                            account, kTenantAnnotation));
  }
  return named;
}

Task<Result<Identity>> workload_identity(EnvironmentVariables environment, Config config, StoreContext context) {
  const ServiceAccountSelector account = *config.service_account_ref;
  auto annotations = co_await context.gate.service_account_annotations(context.scope(), account);
  if (!annotations) co_return std::unexpected(std::move(annotations).error().prefixed("failed to get service account"));
  CO_TRY(Named named, co_await named_in_secrets(config, context));
  const std::string name = fmt::format("{}/{}", resolve_namespace(context.scope(), account.ns), account.name);
  CO_TRY(named, merge(std::move(named), *annotations, environment, name));
  kube::TokenRequest request;
  request.audiences = {std::string(kAudience)};
  request.audiences.insert(request.audiences.end(), account.audiences.begin(), account.audiences.end());
  Identity identity;
  identity.tenant = std::move(named.tenant);
  identity.client_id = std::move(named.client_id);
  identity.credential = AccountToken{account, std::move(request)};
  co_return std::move(identity);
}

// Whose identity the process has is for whoever runs it to lend.
Result<void> allow_ambient(const Config& config, const Cloud& cloud, const StoreContext& context) {
  const bool cluster = context.scope().cluster();
  if (!cluster && !context.allow_controller_identity) {
    return fail(
        Code::kDenied,
        fmt::format("authType {}{} means the controller's own Azure identity, which a SecretStore may not use: "
                    "set serviceAccountRef with WorkloadIdentity, or authSecretRef with ServicePrincipal, use a "
                    "ClusterSecretStore, or start the controller with --allow-controller-identity",
                    config.auth(), config.auth() == "WorkloadIdentity" ? " without serviceAccountRef" : ""));
  }
  if (cloud.vault_suffix.empty()) {
    if (cluster) return {};
    return fail(
        Code::kDenied,
        "customCloudConfig says where the controller's own identity is shown and what its tokens are for: only a "
        "ClusterSecretStore may do that");
  }
  TRY(const net::Url vault, check_endpoint("spec.provider.azurekv.vaultUrl", config.vault_url, PlainHttp::kNearby));
  if (vault.scheme == "https" && is_below(vault.host, cloud.vault_suffix)) return {};
  return fail(
      Code::kDenied,
      fmt::format("spec.provider.azurekv.vaultUrl: a token of the controller's own identity goes to vaults under "
                  "https://NAME.{} alone, not to {}",
                  cloud.vault_suffix, vault.origin()));
}

Result<Identity> own_workload_identity(const EnvironmentVariables& environment) {
  Identity identity;
  identity.client_id = environment("AZURE_CLIENT_ID").value_or("");
  identity.tenant = environment("AZURE_TENANT_ID").value_or("");
  std::string path = environment("AZURE_FEDERATED_TOKEN_FILE").value_or("");
  if (identity.client_id.empty() || identity.tenant.empty() || path.empty()) {
    return fail(
        Code::kInvalid,
        fmt::format("missing environment variables. AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_FEDERATED_TOKEN_FILE "
                    "must be set: label the controller's pod azure.workload.identity/use: \"true\", or set "
                    "serviceAccountRef; {}",
                    kWithoutALogin));
  }
  identity.credential = TokenFile{std::move(path)};
  return identity;
}

class CredentialKey {
 public:
  CredentialKey(CacheKey& key, const Scope& scope) : key_(key), scope_(scope) {}

  void operator()(const ClientSecret& c) const { key_.add("secret").add(c.secret.reveal()); }
  void operator()(const ClientCertificate& c) const { key_.add("certificate").add(c.der).add(c.key_pem.reveal()); }
  void operator()(const TokenFile& c) const { key_.add("file").add(c.path); }
  void operator()(const ManagedIdentity& c) const { key_.add("machine").add(c.client_id); }
  void operator()(const AccountToken& c) const {
    key_.add("account").add(resolve_namespace(scope_, c.account.ns)).add(c.account.name);
    for (const std::string& audience : c.request.audiences) key_.add(audience);
  }

 private:
  CacheKey& key_;
  const Scope& scope_;
};

}  // namespace

Task<Result<Identity>> read_identity(EnvironmentVariables environment, Config config, Cloud cloud,
                                     StoreContext context) {
  const std::string auth = config.auth();
  Identity identity;
  if (config.ambient()) {
    CO_TRY_VOID(allow_ambient(config, cloud, context));
    if (auth == "WorkloadIdentity") {
      CO_TRY(identity, own_workload_identity(environment));
    } else {
      identity.credential = ManagedIdentity{config.identity_id};
    }
  } else if (auth == "WorkloadIdentity") {
    CO_TRY(identity, co_await workload_identity(environment, config, context));
  } else if (auth == "ServicePrincipal") {
    CO_TRY(identity, co_await service_principal(config, context));
  } else {
    co_return fail(Code::kInvalid,
                   "cannot initialize Azure Client: no valid authType was specified; it is ServicePrincipal, "
                   "ManagedIdentity or WorkloadIdentity");
  }
  if (auth != "ManagedIdentity") CO_TRY_VOID(check_tenant(identity.tenant));
  identity.authority = cloud.authority;
  CacheKey key;
  key.add(identity.authority).add(identity.tenant).add(identity.client_id);
  const Scope scope = context.scope();
  std::visit(CredentialKey(key, scope), identity.credential);
  identity.key = key.digest();
  co_return std::move(identity);
}

}  // namespace rotor::providers::azure
