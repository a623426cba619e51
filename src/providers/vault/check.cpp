#include "providers/vault/check.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/ascii.hpp"
#include "providers/common/endpoint.hpp"
#include "providers/vault/paths.hpp"

namespace rotor::providers::vault {
namespace {

constexpr std::array<std::string_view, 9> kFields{"tokenSecretRef", "appRole", "kubernetes", "ldap", "userPass", "jwt",
                                                  "cert",           "iam",     "gcp"};

// A selector and what the error calls it; null: not in the block.
template <class Selector>
struct Named {
  std::string_view name;
  const Selector* selector;
};

template <class T>
const T* pointer_to(const std::optional<T>& value) {
  return value ? &*value : nullptr;
}

std::vector<Named<SecretKeySelector>> secret_refs(const Auth& auth) {
  std::vector<Named<SecretKeySelector>> refs;
  if (auth.app_role) {
    refs.push_back({"Auth.AppRole.SecretRef", &auth.app_role->secret_ref});
    if (auth.app_role->role_id.empty()) refs.push_back({"Auth.AppRole.RoleRef", pointer_to(auth.app_role->role_ref)});
  }
  if (auth.cert) {
    refs.push_back({"Auth.Cert.ClientCert", &auth.cert->client_cert});
    refs.push_back({"Auth.Cert.SecretRef", &auth.cert->secret_ref});
  }
  if (auth.jwt) refs.push_back({"Auth.Jwt.SecretRef", pointer_to(auth.jwt->secret_ref)});
  if (auth.kubernetes) refs.push_back({"Auth.Kubernetes.SecretRef", pointer_to(auth.kubernetes->secret_ref)});
  if (auth.ldap) refs.push_back({"Auth.Ldap.SecretRef", &auth.ldap->secret_ref});
  if (auth.user_pass) refs.push_back({"Auth.UserPass.SecretRef", &auth.user_pass->secret_ref});
  if (auth.iam && auth.iam->secret_ref) {
    const AwsKeys& keys = *auth.iam->secret_ref;
    refs.push_back({"Auth.Iam.SecretRef.AccessKeyID", pointer_to(keys.access_key_id)});
    refs.push_back({"Auth.Iam.SecretRef.SecretAccessKey", pointer_to(keys.secret_access_key)});
    refs.push_back({"Auth.Iam.SecretRef.SessionToken", pointer_to(keys.session_token)});
  }
  if (auth.gcp && auth.gcp->secret_ref) {
    refs.push_back({"Auth.Gcp.SecretRef", pointer_to(auth.gcp->secret_ref->key)});
  }
  refs.push_back({"Auth.TokenSecretRef", pointer_to(auth.token)});
  return refs;
}

std::vector<Named<ServiceAccountSelector>> account_refs(const Auth& auth) {
  std::vector<Named<ServiceAccountSelector>> refs;
  if (auth.jwt && auth.jwt->service_account_token) {
    refs.push_back({"Auth.Jwt.KubernetesServiceAccountToken.ServiceAccountRef",
                    &auth.jwt->service_account_token->service_account});
  }
  if (auth.kubernetes) {
    refs.push_back({"Auth.Kubernetes.ServiceAccountRef", pointer_to(auth.kubernetes->service_account)});
  }
  if (auth.iam && auth.iam->jwt) {
    refs.push_back({"Auth.Iam.Jwt.ServiceAccountRef", pointer_to(auth.iam->jwt->service_account)});
  }
  if (auth.gcp && auth.gcp->workload_identity) {
    refs.push_back({"Auth.Gcp.WorkloadIdentity.ServiceAccountRef", &auth.gcp->workload_identity->service_account});
  }
  if (auth.gcp) refs.push_back({"Auth.Gcp.ServiceAccountRef", pointer_to(auth.gcp->service_account)});
  return refs;
}

template <class Selector>
Result<void> check_namespaces(const Store& store, const std::vector<Named<Selector>>& refs) {
  for (const auto& [name, selector] : refs) {
    if (selector == nullptr) continue;
    auto checked = check_selector_namespace(store.kind, store.ns, selector->ns, NamespaceRule::kReferent);
    if (!checked) return std::unexpected(std::move(checked).error().prefixed(fmt::format("invalid {}", name)));
  }
  return {};
}

Result<void> refuse(std::string message) { return fail(Code::kInvalid, std::move(message)); }

bool blank(std::string_view text) { return trimmed(text, kWhiteSpace).empty(); }

Result<void> check_app_role(const AppRoleAuth& auth) {
  if (!blank(auth.role_id) || auth.role_ref) return {};
  return refuse("invalid Auth.AppRole: neither `roleId` nor `roleRef` was supplied");
}

Result<void> check_kubernetes(const KubernetesAuth& auth) {
  return auth.role.empty() ? refuse("auth.kubernetes.role: no role name was provided") : Result<void>();
}

Result<void> check_password(Method method, const PasswordAuth& auth) {
  if (!blank(auth.username)) return {};
  return refuse(fmt::format("auth.{}.username: no user name provided for login", field_of(method)));
}

Result<void> check_jwt(const JwtAuth& auth) {
  if (auth.secret_ref || auth.service_account_token) return {};
  return refuse(
      "neither `secretRef` nor `kubernetesServiceAccountToken` was supplied as token source for jwt authentication");
}

Result<void> check_iam(const IamAuth& auth) {
  if (blank(auth.vault_role)) return refuse("auth.iam.vaultRole: no role name provided for login");
  static constexpr std::string_view kLabel = "abcdefghijklmnopqrstuvwxyz0123456789-";
  if (auth.region.find_first_not_of(kLabel) != std::string::npos)
    return refuse(fmt::format("auth.iam.region: \"{}\" is not the name of a region", auth.region));
  if (auth.server_id.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    return refuse("auth.iam.vaultAwsIamServerID holds a line break or a zero byte");
  }
  const bool half = auth.secret_ref && (!auth.secret_ref->access_key_id || !auth.secret_ref->secret_access_key);
  if (!half) return {};
  return refuse("auth.iam.secretRef needs both accessKeyIDSecretRef and secretAccessKeySecretRef");
}

Result<void> check_gcp(const GcpAuth& auth) {
  if (blank(auth.role)) return refuse("auth.gcp.role: no role name provided for login");
  if (!auth.secret_ref || auth.secret_ref->key) return {};
  return refuse("auth.gcp.secretRef needs secretAccessKeySecretRef");
}

Result<void> check_method(Method method, const Auth& auth) {
  switch (method) {
    case Method::kAppRole:
      return check_app_role(*auth.app_role);
    case Method::kKubernetes:
      return check_kubernetes(*auth.kubernetes);
    case Method::kLdap:
      return check_password(method, *auth.ldap);
    case Method::kUserPass:
      return check_password(method, *auth.user_pass);
    case Method::kJwt:
      return check_jwt(*auth.jwt);
    case Method::kIam:
      return check_iam(*auth.iam);
    case Method::kGcp:
      return check_gcp(*auth.gcp);
    default:
      return {};
  }
}

Result<void> check_auth(const Store& store, const Auth& auth) {
  TRY_VOID(check_namespaces(store, secret_refs(auth)));
  TRY_VOID(check_namespaces(store, account_refs(auth)));
  for (const Method method : methods_of(auth)) TRY_VOID(check_method(method, auth));
  return {};
}

Result<void> check_tls(const Store& store, const Config& config) {
  const ClientTls& tls = config.tls;
  if (tls.cert.has_value() != tls.key.has_value()) {
    return refuse(
        "when provided, both ClientTLS.ClientCert and ClientTLS.SecretRef should be provided: set tls.certSecretRef "
        "and tls.keySecretRef");
  }
  const std::vector<Named<SecretKeySelector>> refs{{"ClientTLS.ClientCert", pointer_to(tls.cert)},
                                                   {"ClientTLS.SecretRef", pointer_to(tls.key)}};
  return check_namespaces(store, refs);
}

Result<void> check_ca(const Store& store, const Config& config) {
  if (!config.ca_bundle.empty() || !config.ca_provider) return {};
  const bool cluster = store.kind == kClusterSecretStoreKind;
  if (cluster && !config.ca_provider->ns) return refuse("missing namespace on caProvider secret");
  auto checked = check_selector_namespace(store.kind, store.ns, config.ca_provider->ns, NamespaceRule::kReferent);
  if (!checked) return std::unexpected(std::move(checked).error().prefixed("invalid caProvider"));
  return {};
}

// A header name is a token of RFC 9110 section 5.6.2, and not one that frames the message.
Result<void> check_headers(const Config& config) {
  static constexpr std::array<std::string_view, 4> kOurs{"host", "content-length", "connection", "transfer-encoding"};
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  for (const auto& [name, value] : config.headers) {
    const std::string lower = ascii_lower(name);
    const bool token = !lower.empty() && std::ranges::all_of(lower, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || kMarks.contains(c);
    });
    if (!token) return refuse(fmt::format("headers: \"{}\" cannot be the name of a header", name));
    if (std::ranges::find(kOurs, lower) != kOurs.end()) {
      return refuse(fmt::format("headers: {} is set by the client itself", name));
    }
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      return refuse(fmt::format("headers: the value of {} holds a line break or a zero byte", name));
    }
  }
  return {};
}

Result<void> check_server(const Config& config, PlainHttp plain) {
  TRY(const net::Url url, check_endpoint("server", config.server, plain));
  if (url.target.contains('?')) return refuse("server: an address has no query (?…)");
  if (config.auth && config.auth->cert && url.scheme != "https") {
    return refuse("auth.cert: a client certificate is presented over https only, and server is an http address");
  }
  return {};
}

Result<void> check_block(const Store& store, const Config& config, PlainHttp plain) {
  TRY_VOID(check_server(config, plain));
  TRY_VOID(logical_path("path", config.path, Empty::kAllowed));
  if (config.auth) TRY_VOID(check_auth(store, *config.auth));
  TRY_VOID(check_tls(store, config));
  TRY_VOID(check_ca(store, config));
  TRY_VOID(check_headers(config));
  if (config.check_and_set && config.check_and_set->required && config.v1()) {
    return refuse("checkAndSet is not supported with Vault KV version v1");
  }
  return {};
}

}  // namespace

std::string_view field_of(Method method) { return kFields[static_cast<std::size_t>(method)]; }

std::vector<Method> methods_of(const Auth& auth) {
  const std::array<bool, kFields.size()> set{
      auth.token.has_value(), auth.app_role.has_value(),  auth.kubernetes.has_value(),
      auth.ldap.has_value(),  auth.user_pass.has_value(), auth.jwt.has_value(),
      auth.cert.has_value(),  auth.iam.has_value(),       auth.gcp.has_value()};
  std::vector<Method> methods;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (set[i]) methods.push_back(static_cast<Method>(i));
  }
  return methods;
}

Result<std::vector<std::string>> check_config(const Store& store, const Config& config, PlainHttp plain) {
  if (auto checked = check_block(store, config, plain); !checked) {
    return std::unexpected(std::move(checked).error().prefixed("spec.provider.vault"));
  }
  std::vector<std::string> warnings;
  const std::vector<Method> methods = config.auth ? methods_of(*config.auth) : std::vector<Method>();
  if (methods.size() > 1) {
    std::vector<std::string_view> ignored;
    for (std::size_t i = 1; i < methods.size(); ++i) ignored.push_back(field_of(methods[i]));
    warnings.push_back(fmt::format("spec.provider.vault.auth: {} is used, the rest is ignored: {}",
                                   field_of(methods[0]), fmt::join(ignored, ", ")));
  }
  return warnings;
}

bool depends_on_consumer(const Config& config) {
  if (!config.auth) return false;
  const auto lacks = [](const auto& ref) {
    return ref.selector != nullptr && (!ref.selector->ns || ref.selector->ns->empty());
  };
  return std::ranges::any_of(secret_refs(*config.auth), lacks) ||
         std::ranges::any_of(account_refs(*config.auth), lacks);
}

}  // namespace rotor::providers::vault
