#include "providers/kubernetes/config.hpp"

#include "providers/common/endpoint.hpp"

namespace rotor::json {

using namespace providers::kubernetes;

ROTOR_DESCRIBE(Server, "Where the API server is.",
               field<&Server::url>("url", {.doc = "Its address; kubernetes.default when absent."}),
               field<&Server::ca_bundle>("caBundle", {.doc = "Certificate authorities, base64 of PEM."}),
               field<&Server::ca_provider>("caProvider", {.doc = "Where the certificate authorities lie."}));

ROTOR_DESCRIBE(TokenAuth, "Log in with a token.",
               field<&TokenAuth::bearer_token>("bearerToken", {.required = true, .doc = "Where the token lies."}));

ROTOR_DESCRIBE(CertAuth, "Log in with a client certificate.",
               field<&CertAuth::client_cert>("clientCert", {.required = true, .doc = "Where the certificate lies."}),
               field<&CertAuth::client_key>("clientKey", {.required = true, .doc = "Where its key lies."}));

ROTOR_DESCRIBE(Auth, "How to log in; exactly one.", field<&Auth::cert>("cert", {.doc = "With a client certificate."}),
               field<&Auth::token>("token", {.doc = "With a token."}),
               field<&Auth::service_account>("serviceAccount", {.doc = "As a ServiceAccount of this cluster."}));

ROTOR_DESCRIBE(Config, "Secrets of a namespace of this or another cluster.",
               field<&Config::server>("server", {.doc = "Where the API server is."}),
               field<&Config::auth>("auth", {.doc = "How to log in."}),
               field<&Config::auth_ref>("authRef", {.doc = "A kubeconfig that says both."}),
               field<&Config::remote_namespace>("remoteNamespace",
                                                {.default_json = R"("default")", .doc = "The namespace read from."}));

}  // namespace rotor::json

namespace rotor::providers::kubernetes {
namespace {

Result<void> check_namespace(const Store& store, const std::optional<std::string>& ns, std::string_view name,
                             NamespaceRule rule) {
  auto checked = check_selector_namespace(store.kind, store.ns, ns, rule);
  if (!checked) return std::unexpected(std::move(checked).error().prefixed(name));
  return {};
}

Result<void> check_selector(const Store& store, const SecretKeySelector& ref, std::string_view name) {
  if (ref.name.empty()) return fail(Code::kInvalid, std::string(name) + ".Name cannot be empty");
  if (ref.key.empty()) return fail(Code::kInvalid, std::string(name) + ".Key cannot be empty");
  return check_namespace(store, ref.ns, name, NamespaceRule::kStrict);
}

Result<void> check_ca(const Store& store, const Config& config) {
  if (!config.server.ca_provider) return {};
  const bool cluster = store.kind == kClusterSecretStoreKind;
  const bool given = config.server.ca_provider->ns && !config.server.ca_provider->ns->empty();
  if (cluster && !given) return fail(Code::kInvalid, "CAProvider.namespace must not be empty with ClusterSecretStore");
  if (!cluster && given) return fail(Code::kInvalid, "CAProvider.namespace must be empty with SecretStore");
  return {};
}

}  // namespace

Result<Config> read_config(const Store& store) {
  auto config = json::read<Config>(store.config.text);
  if (!config) return std::unexpected(std::move(config).error().prefixed("spec.provider.kubernetes"));
  return config;
}

Result<std::vector<std::string>> validate_config(const Store& store, const Config& config, PlainHttp plain) {
  std::vector<std::string> warnings;
  if (!config.auth_ref && config.server.ca_bundle.empty() && !config.server.ca_provider) {
    warnings.emplace_back("No caBundle or caProvider specified; TLS connections will use system certificate roots.");
  }
  TRY_VOID(check_ca(store, config));
  if (config.auth_ref) TRY_VOID(check_selector(store, *config.auth_ref, "AuthRef"));
  if (!config.auth) return warnings;
  TRY_VOID(check_endpoint(kServerField, server_url(config), plain));
  if (config.auth->cert) {
    TRY_VOID(check_selector(store, config.auth->cert->client_cert, "ClientCert"));
    TRY_VOID(check_selector(store, config.auth->cert->client_key, "ClientKey"));
  }
  if (config.auth->token) TRY_VOID(check_selector(store, config.auth->token->bearer_token, "BearerToken"));
  if (config.auth->service_account) {
    TRY_VOID(check_namespace(store, config.auth->service_account->ns, "ServiceAccount", NamespaceRule::kReferent));
  }
  return warnings;
}

std::string server_url(const Config& config) {
  std::string url = config.server.url.empty() ? "kubernetes.default" : config.server.url;
  if (!url.contains("://")) url.insert(0, "https://");
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace rotor::providers::kubernetes
