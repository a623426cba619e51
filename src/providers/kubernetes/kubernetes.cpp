#include "providers/kubernetes/kubernetes.hpp"

#include <fmt/format.h>

#include "api/core/secret.hpp"
#include "kube/client/config.hpp"
#include "kube/client/http_client.hpp"
#include "providers/common/endpoint.hpp"
#include "providers/common/reach.hpp"
#include "providers/common/service_account.hpp"
#include "providers/common/trust.hpp"
#include "providers/kubernetes/config.hpp"
#include "providers/kubernetes/find.hpp"
#include "providers/kubernetes/kubeconfig.hpp"
#include "providers/kubernetes/read.hpp"
#include "providers/kubernetes/review.hpp"
#include "providers/kubernetes/shared_http.hpp"

namespace rotor::providers {
namespace {

using kubernetes::Config;

constexpr std::string_view kUserAgent = "external-secrets";
constexpr std::string_view kNoConsumer = "the store's ServiceAccount needs a namespace";

class KubernetesClient final : public SecretsClient {
 public:
  // `client` is null for a ClusterSecretStore whose ServiceAccount depends on the consumer and that has none.
  KubernetesClient(std::shared_ptr<kube::Client> client, std::string ns, CallCounter& calls)
      : client_(std::move(client)), ns_(std::move(ns)), calls_(calls) {}

  std::unique_ptr<SecretsClient> again() const override {
    return client_ ? std::make_unique<KubernetesClient>(client_, ns_, calls_) : nullptr;
  }

  Task<Validation> validate() override {
    if (!client_) co_return Validation{Validity::kUnknown, {}};
    auto allowed = co_await kubernetes::may_read_secrets(*client_, ns_);
    calls_.count("Kubernetes", "CreateSelfSubjectRulesReview", allowed.has_value());
    if (!allowed) {
      co_return Validation{Validity::kUnknown,
                           std::move(allowed).error().prefixed("could not verify if client is valid")};
    }
    if (*allowed) co_return Validation{};
    Error error{Code::kDenied, "client is not allowed to get secrets"};
    co_return Validation{Validity::kError, std::move(error)};
  }

  Task<Lookup<SecretBytes>> get_secret(RemoteRef ref) override {
    CO_LOOKUP(const api::Secret secret, co_await fetch(ref.key));
    co_return kubernetes::read_value(secret, ref);
  }

  Task<Lookup<SecretMap>> get_secret_map(RemoteRef ref) override {
    CO_LOOKUP(api::Secret secret, co_await fetch(ref.key));
    co_return kubernetes::read_map(std::move(secret), ref);
  }

  Task<Result<SecretMap>> get_all(FindRequest find) override {
    if (!client_) co_return fail(Code::kInvalid, std::string(kNoConsumer));
    co_return co_await kubernetes::find_secrets(*client_, calls_, ns_, std::move(find));
  }

 private:
  Task<Lookup<api::Secret>> fetch(std::string name) {
    if (!client_) co_return fail(Code::kInvalid, std::string(kNoConsumer));
    kube::Key key{ns_, name};
    auto secret = co_await kube::get<api::Secret>(*client_, std::move(key));
    calls_.count("Kubernetes", "GetSecret", secret.has_value());
    // The API server's own word on this object: its client says kNotFound of nothing else.
    if (!secret && secret.error().code == Code::kNotFound) {
      co_return Absent{fmt::format("Secret does not exist: \"{}\" in namespace \"{}\"", name, ns_)};
    }
    if (secret && secret->metadata.name != name) {
      co_return fail(Code::kUnavailable, fmt::format("the server answered something else than Secret \"{}\"", name));
    }
    co_return std::move(secret);
  }

  std::shared_ptr<kube::Client> client_;
  std::string ns_;
  CallCounter& calls_;
};

class KubernetesProvider final : public Provider {
 public:
  explicit KubernetesProvider(const Services& services)
      : executor_(services.executor),
        clock_(services.clock),
        http_(services.http),
        environment_(services.environment),
        calls_(services.calls),
        accounts_(services.clock),
        plain_http_(services.plain_http) {}

  Capability capability() const override { return Capability::kReadWrite; }

  json::TypeRef block() const override { return &json::type_of<kubernetes::Config>; }

  Result<std::vector<std::string>> validate_store(const Store& store) const override {
    TRY(const Config config, kubernetes::read_config(store));
    return kubernetes::validate_config(store, config, plain_http_);
  }

  Task<Result<std::unique_ptr<SecretsClient>>> make_client(StoreContext context) override {
    CO_TRY(const Config config, kubernetes::read_config(context.store));
    CO_TRY_VOID(kubernetes::validate_config(context.store, config, plain_http_));
    std::unique_ptr<kube::Client> client;
    const bool referent = config.auth && config.auth->service_account &&
                          resolve_namespace(context.scope(), config.auth->service_account->ns).empty();
    if (!referent) {
      auto connection = co_await connect(context.gate, context.scope(), config);
      if (!connection) co_return std::unexpected(std::move(connection).error().prefixed("failed to prepare auth"));
      CO_TRY(client, open(*std::move(connection), reach_of(context, environment_)));
    }
    std::unique_ptr<SecretsClient> made = std::make_unique<KubernetesClient>(std::move(client), config.ns(), calls_);
    co_return std::move(made);
  }

 private:
  // A proxy of the kubeconfig's own is not the process's: such a client has connections for itself.
  Result<std::unique_ptr<kube::Client>> open(kube::ConnectionConfig connection, net::Reach reach) {
    if (!connection.proxy_url.empty()) {
      return kube::make_client(executor_, clock_, std::move(connection), std::string(kUserAgent));
    }
    TRY(std::shared_ptr<net::HttpClient> http, http_.get(connection.tls, reach));
    return kube::make_client_on(kubernetes::borrow(std::move(http)), clock_, std::move(connection),
                                std::string(kUserAgent));
  }

  Task<Result<kube::ConnectionConfig>> connect(ReferenceGate& gate, Scope scope, Config config) {
    if (config.auth_ref && config.auth) co_return fail(Code::kInvalid, "authRef and inline auth cannot both be set");
    if (config.auth_ref) {
      CO_TRY(const SecretBytes kubeconfig, co_await gate.secret_value(scope, *config.auth_ref));
      co_return kubernetes::inline_kubeconfig(kubeconfig, plain_http_);
    }
    if (!config.auth)
      co_return fail(Code::kInvalid, "no auth provider given: set auth.serviceAccount, auth.token or auth.cert");
    kube::ConnectionConfig connection;
    connection.server = kubernetes::server_url(config);
    CO_TRY_VOID(check_endpoint(kubernetes::kServerField, connection.server, plain_http_));
    CO_TRY(connection.tls.ca_pem, co_await resolve_ca(gate, scope, config.server.ca_bundle, config.server.ca_provider));
    CO_TRY_VOID(co_await log_in(gate, scope, *config.auth, connection));
    co_return std::move(connection);
  }

  Task<Result<void>> log_in(ReferenceGate& gate, Scope scope, kubernetes::Auth auth,
                            kube::ConnectionConfig& connection) {
    const int methods = (auth.token ? 1 : 0) + (auth.cert ? 1 : 0) + (auth.service_account ? 1 : 0);
    if (methods > 1) {
      co_return fail(Code::kInvalid,
                     "multiple auth methods provided: set exactly one of Token, ServiceAccount, or Cert");
    }
    if (auth.token) {
      auto token = co_await gate.secret_value(scope, auth.token->bearer_token);
      if (!token)
        co_return std::unexpected(std::move(token).error().prefixed("could not fetch Auth.Token.BearerToken"));
      connection.token = *std::move(token);
    } else if (auth.cert) {
      auto cert = co_await gate.secret_value(scope, auth.cert->client_cert);
      if (!cert) co_return std::unexpected(std::move(cert).error().prefixed("could not fetch client key and cert"));
      auto key = co_await gate.secret_value(scope, auth.cert->client_key);
      if (!key) co_return std::unexpected(std::move(key).error().prefixed("could not fetch client key and cert"));
      connection.tls.certificate_pem = std::string(cert->reveal());
      connection.tls.key_pem = *std::move(key);
    } else if (auth.service_account) {
      auto token = co_await service_account_token(gate, scope, *auth.service_account);
      if (!token) co_return std::unexpected(std::move(token).error().prefixed("could not fetch Auth.ServiceAccount"));
      connection.token = *std::move(token);
    } else {
      co_return fail(Code::kInvalid, "no auth provider given: set auth.serviceAccount, auth.token or auth.cert");
    }
    co_return Result<void>();
  }

  Task<Result<SecretBytes>> service_account_token(ReferenceGate& gate, Scope scope,
                                                  api::es::ServiceAccountSelector account) {
    kube::TokenRequest request{account.audiences, 3600};
    auto token = co_await accounts_.token(gate, std::move(scope), std::move(account), std::move(request));
    co_return std::move(token);
  }

  Executor executor_;
  Clock& clock_;
  HttpClients& http_;
  EnvironmentVariables environment_;
  CallCounter& calls_;
  ServiceAccounts accounts_;
  PlainHttp plain_http_;
};

}  // namespace

std::unique_ptr<Provider> make_kubernetes_provider(const Services& services) {
  return std::make_unique<KubernetesProvider>(services);
}

}  // namespace rotor::providers
