#include "providers/vault/identity.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "providers/common/other_ways.hpp"
#include "providers/common/small_file.hpp"
#include "providers/vault/paths.hpp"

namespace rotor::providers::vault {
namespace {

constexpr std::int64_t kTokenLife = 600;  // seconds: what the Kubernetes API grants at least
constexpr const char* kOwnTokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token";

Task<Result<SecretBytes>> read_secret(ReferenceGate& gate, Scope scope, SecretKeySelector ref, std::string field) {
  const std::string where = fmt::format("spec.provider.vault.auth.{}", field);
  Result<SecretBytes> value = co_await gate.secret_value(std::move(scope), std::move(ref));
  if (!value) co_return std::unexpected(std::move(value).error().prefixed(where));
  co_return std::move(value);
}

std::unexpected<Error> empty_credential(std::string_view field, std::string_view what, const SecretKeySelector& ref) {
  return fail(Code::kInvalid, fmt::format("spec.provider.vault.auth.{}: {}: key \"{}\" of Secret \"{}\" is empty",
                                          field, what, ref.key, ref.name));
}

Result<std::string> login_path(std::string_view field, std::string_view mount, std::string_view user = {}) {
  TRY(std::string path, logical_path(fmt::format("spec.provider.vault.auth.{}", field), mount));
  path = fmt::format("auth/{}/login", path);
  if (user.empty()) return path;
  TRY(const std::string segment, logical_path("the user name", user));
  return path + "/" + segment;
}

Task<Result<Identity>> with_token(StoreContext context, SecretKeySelector ref) {
  CO_TRY(SecretBytes token, co_await read_secret(context.gate, context.scope(), ref, "tokenSecretRef"));
  const auto printable = [](unsigned char c) { return c >= 0x20 && c < 0x7F; };
  if (!std::ranges::all_of(token.reveal(), printable)) {
    co_return fail(Code::kInvalid,
                   fmt::format("configured Vault token contains non-printable characters and cannot be used: key "
                               "\"{}\" of Secret \"{}\" (a line break at its end? store it with printf, not echo)",
                               ref.key, ref.name));
  }
  if (token.empty()) co_return empty_credential("tokenSecretRef", "no token", ref);
  co_return Identity{.method = Method::kToken, .token = std::move(token)};
}

Task<Result<SecretBytes>> role_id(StoreContext context, AppRoleAuth auth) {
  if (const std::string_view id = trimmed(auth.role_id, kWhiteSpace); !id.empty()) co_return SecretBytes(id);
  if (!auth.role_ref) co_return fail(Code::kInvalid, "no role ID provided for login");
  CO_TRY(SecretBytes id, co_await read_secret(context.gate, context.scope(), *auth.role_ref, "appRole.roleRef"));
  if (id.empty()) co_return empty_credential("appRole.roleRef", "no role ID provided for login", *auth.role_ref);
  co_return std::move(id);
}

Task<Result<Identity>> with_app_role(StoreContext context, AppRoleAuth auth) {
  Identity identity{.method = Method::kAppRole};
  CO_TRY(identity.path, login_path("appRole.path", auth.path));
  CO_TRY(SecretBytes id, co_await role_id(context, auth));
  CO_TRY(SecretBytes secret, co_await read_secret(context.gate, context.scope(), auth.secret_ref, "appRole.secretRef"));
  if (secret.empty()) {
    co_return empty_credential("appRole.secretRef", "no secret ID provided for login", auth.secret_ref);
  }
  identity.members.emplace_back("role_id", std::move(id));
  identity.members.emplace_back("secret_id", std::move(secret));
  co_return std::move(identity);
}

Result<void> allow_own_token(const StoreContext& context) {
  if (context.scope().cluster() || context.allow_controller_identity) return {};
  return fail(
      Code::kDenied,
      "spec.provider.vault.auth.kubernetes names neither serviceAccountRef nor secretRef, and a SecretStore may "
      "not use the controller's own ServiceAccount: set one of them, use a ClusterSecretStore, or start the "
      "controller with --allow-controller-identity");
}

Task<Result<Identity>> with_kubernetes(StoreContext context, KubernetesAuth auth) {
  Identity identity{.method = Method::kKubernetes};
  if (auth.role.empty())
    co_return fail(Code::kInvalid, "spec.provider.vault.auth.kubernetes: no role name was provided");
  CO_TRY(identity.path, login_path("kubernetes.mountPath", auth.mount_path));
  identity.members.emplace_back("role", SecretBytes(auth.role));
  if (auth.service_account) {
    identity.proof = AccountToken{*auth.service_account, {auth.service_account->audiences, kTokenLife}, true};
  } else if (auth.secret_ref) {
    CO_TRY(SecretBytes jwt,
           co_await read_secret(context.gate, context.scope(), *auth.secret_ref, "kubernetes.secretRef"));
    if (jwt.empty()) co_return empty_credential("kubernetes.secretRef", "no token", *auth.secret_ref);
    identity.members.emplace_back("jwt", std::move(jwt));
  } else {
    CO_TRY_VOID(allow_own_token(context));
    identity.proof = OwnToken{};
  }
  co_return std::move(identity);
}

Task<Result<Identity>> with_password(StoreContext context, Method method, PasswordAuth auth) {
  Identity identity{.method = method};
  const std::string field(field_of(method));
  const std::string user(method == Method::kLdap ? trimmed(auth.username, kWhiteSpace)
                                                 : std::string_view(auth.username));
  if (user.empty()) {
    co_return fail(Code::kInvalid, fmt::format("spec.provider.vault.auth.{}: no user name provided for login", field));
  }
  CO_TRY(identity.path, login_path(field + ".path", auth.path, user));
  CO_TRY(SecretBytes password,
         co_await read_secret(context.gate, context.scope(), auth.secret_ref, field + ".secretRef"));
  if (password.empty()) {
    co_return empty_credential(field + ".secretRef", "no password provided for login", auth.secret_ref);
  }
  identity.members.emplace_back("password", std::move(password));
  co_return std::move(identity);
}

AccountToken account_token(const ServiceAccountTokenSource& source) {
  AccountToken token{source.service_account,
                     {source.service_account.audiences, source.expiration_seconds.value_or(kTokenLife)}};
  const std::vector<std::string> more = source.audiences.value_or(std::vector<std::string>{"vault"});
  token.request.audiences.insert(token.request.audiences.end(), more.begin(), more.end());
  return token;
}

Task<Result<Identity>> with_jwt(StoreContext context, JwtAuth auth) {
  Identity identity{.method = Method::kJwt};
  CO_TRY(identity.path, login_path("jwt.path", auth.path));
  identity.members.emplace_back("role", SecretBytes(trimmed(auth.role, kWhiteSpace)));
  if (auth.secret_ref) {
    CO_TRY(SecretBytes jwt, co_await read_secret(context.gate, context.scope(), *auth.secret_ref, "jwt.secretRef"));
    if (jwt.empty()) co_return empty_credential("jwt.secretRef", "no token", *auth.secret_ref);
    identity.members.emplace_back("jwt", std::move(jwt));
  } else if (auth.service_account_token) {
    identity.proof = account_token(*auth.service_account_token);
  } else {
    co_return fail(Code::kInvalid, "spec.provider.vault.auth.jwt: neither secretRef nor kubernetesServiceAccountToken");
  }
  co_return std::move(identity);
}

Task<Result<Identity>> with_certificate(StoreContext context, CertAuth auth) {
  Identity identity{.method = Method::kCert};
  CO_TRY(identity.path, login_path("cert.path", auth.path));
  CO_TRY(const SecretBytes certificate,
         co_await read_secret(context.gate, context.scope(), auth.client_cert, "cert.clientCert"));
  CO_TRY(identity.key_pem, co_await read_secret(context.gate, context.scope(), auth.secret_ref, "cert.secretRef"));
  if (certificate.empty()) co_return empty_credential("cert.clientCert", "no certificate", auth.client_cert);
  if (identity.key_pem.empty()) co_return empty_credential("cert.secretRef", "no private key", auth.secret_ref);
  identity.certificate_pem = std::string(certificate.reveal());
  if (!auth.vault_role.empty()) identity.members.emplace_back("name", SecretBytes(auth.vault_role));
  co_return std::move(identity);
}

std::unexpected<Error> not_here(std::string_view field) {
  return fail(Code::kInvalid, fmt::format("spec.provider.vault.auth.{}: this program knows no such cloud", field));
}

Task<Result<Identity>> with_aws(CloudIdentities clouds, StoreContext context, IamAuth auth) {
  Identity identity{.method = Method::kIam};
  CO_TRY(identity.path, login_path("iam.path", auth.path));
  identity.members.emplace_back("role", SecretBytes(auth.vault_role));
  AwsIdentityRequest request{.field = "spec.provider.vault.auth.iam",
                             .session_name = "external-secrets-provider-vault",
                             .region = auth.region,
                             .role = auth.role,
                             .external_id = auth.external_id};
  if (auth.jwt) request.service_account = auth.jwt->service_account;
  if (auth.secret_ref) {
    request.keys = {auth.secret_ref->access_key_id, auth.secret_ref->secret_access_key, auth.secret_ref->session_token};
  }
  if (!clouds.aws) co_return not_here("iam");
  CO_TRY(auto who, co_await clouds.aws->open(std::move(request), context));
  identity.proof = AwsProof{std::move(who), auth.region, auth.server_id};
  co_return std::move(identity);
}

// As Vault's own agent names itself to Google.
std::string google_audience(const Config& config, bool machine) {
  const std::string role = "vault/" + config.auth->gcp->role;
  return machine ? fmt::format("{}/{}", config.server, role) : role;
}

Task<Result<Identity>> with_google(CloudIdentities clouds, StoreContext context, Config config) {
  const GcpAuth auth = *config.auth->gcp;
  Identity identity{.method = Method::kGcp};
  CO_TRY(identity.path, login_path("gcp.path", auth.path));
  identity.members.emplace_back("role", SecretBytes(auth.role));
  GoogleIdentityRequest request{.field = "spec.provider.vault.auth.gcp", .project = auth.project_id};
  if (auth.secret_ref) request.key = auth.secret_ref->key;
  if (auth.workload_identity) {
    const GkeAccount& account = *auth.workload_identity;
    request.gke = {account.service_account, account.cluster_location, account.cluster_name, account.cluster_project_id};
  }
  const bool machine = !request.key && !request.gke;
  if (!clouds.google) co_return not_here("gcp");
  CO_TRY(auto who, co_await clouds.google->open(std::move(request), context));
  identity.proof = GoogleProof{std::move(who), google_audience(config, machine)};
  co_return std::move(identity);
}

}  // namespace

bool Identity::locks_out() const {
  static constexpr std::array<Method, 3> kCounted{Method::kAppRole, Method::kLdap, Method::kUserPass};
  return method && std::ranges::find(kCounted, *method) != kCounted.end();
}

Result<SecretBytes> read_own_token() {
  auto token = read_small_file(kOwnTokenFile);
  if (token && *token && !(*token)->empty()) return **std::move(token);
  return fail(Code::kInvalid,
              fmt::format("cannot read Kubernetes service account token from file system: {}: only a pod has one; {}",
                          kOwnTokenFile, kAsYourself));
}

Task<Result<Identity>> read_identity(CloudIdentities clouds, StoreContext context, Config config) {
  if (!config.auth) co_return Identity{};
  const Auth auth = *config.auth;
  const std::vector<Method> methods = methods_of(auth);
  if (methods.empty()) {
    co_return fail(Code::kInvalid,
                   "cannot initialize Vault client: no valid auth method specified: spec.provider.vault.auth is empty");
  }
  switch (methods.front()) {
    case Method::kToken:
      co_return co_await with_token(context, *auth.token);
    case Method::kAppRole:
      co_return co_await with_app_role(context, *auth.app_role);
    case Method::kKubernetes:
      co_return co_await with_kubernetes(context, *auth.kubernetes);
    case Method::kLdap:
      co_return co_await with_password(context, Method::kLdap, *auth.ldap);
    case Method::kUserPass:
      co_return co_await with_password(context, Method::kUserPass, *auth.user_pass);
    case Method::kJwt:
      co_return co_await with_jwt(context, *auth.jwt);
    case Method::kCert:
      co_return co_await with_certificate(context, *auth.cert);
    case Method::kIam:
      co_return co_await with_aws(std::move(clouds), context, *auth.iam);
    case Method::kGcp:
      co_return co_await with_google(std::move(clouds), context, std::move(config));
  }
  std::unreachable();
}

}  // namespace rotor::providers::vault
