#include "providers/kubernetes/kubernetes.hpp"

#include <map>

#include <fmt/format.h>

#include "api/core/secret.hpp"
#include "base/turns.hpp"
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
constexpr std::int64_t kTokenLife = 3600;  // seconds
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

  bool reads_side_by_side() const override { return true; }

  Task<Lookup<SecretBytes>> get_secret(RemoteRef ref) override {
    CO_LOOKUP(const SecretPtr secret, co_await fetch(ref.key));
    co_return kubernetes::read_value(*secret, ref);
  }

  Task<Lookup<SecretMap>> get_secret_map(RemoteRef ref) override {
    CO_LOOKUP(const SecretPtr secret, co_await fetch(ref.key));
    co_return kubernetes::read_map(*secret, ref);
  }

  Task<Lookup<SecretMap>> get_all(FindRequest find) override {
    if (!client_) co_return fail(Code::kInvalid, std::string(kNoConsumer));
    co_return co_await kubernetes::find_secrets(*client_, calls_, ns_, std::move(find));
  }

 private:
  using SecretPtr = std::shared_ptr<const api::Secret>;

  Task<Lookup<SecretPtr>> fetch(std::string name) {
    if (!client_) co_return fail(Code::kInvalid, std::string(kNoConsumer));
    const auto turn = co_await reading_.take(name);
    if (const auto it = read_.find(name); it != read_.end()) co_return it->second;
    kube::Key key{ns_, name};
    auto secret = co_await kube::get<api::Secret>(*client_, std::move(key));
    calls_.count("Kubernetes", "GetSecret", secret.has_value());
    // The API server's own word on this object: its client says kNotFound of nothing else.
    if (!secret && secret.error().code == Code::kNotFound) {
      co_return Absent{fmt::format("Secret does not exist: \"{}\" in namespace \"{}\"", name, ns_)};
    }
    if (!secret) co_return std::unexpected(std::move(secret).error());
    if (secret->metadata.name != name) {
      co_return fail(Code::kUnavailable, fmt::format("the server answered something else than Secret \"{}\"", name));
    }
    auto shared = std::make_shared<const api::Secret>(*std::move(secret));
    read_.insert_or_assign(std::move(name), shared);
    co_return SecretPtr(std::move(shared));
  }

  std::shared_ptr<kube::Client> client_;
  std::string ns_;
  CallCounter& calls_;
  // A client lives for one reconcile: several entries of one ExternalSecret share an answer.
  std::map<std::string, SecretPtr> read_;
  Turns reading_;  // by the same names
};

Error no_certificate(Error error, std::string_view what) {
  return std::move(error).prefixed(what).prefixed("could not fetch client key and cert");
}

Error no_account_token(const Error& error) {
  return {error.code,
          fmt::format("could not fetch Auth.ServiceAccount: cannot create service account token: {:?}", error.message)};
}

// Where another cluster is and who we are to it.
struct Connection {
  kube::ConnectionConfig config{};
  std::optional<ServiceAccounts::Wish> account{};  // set: its token goes with every request
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
      CO_TRY(client, open(*std::move(connection), context.gate, reach_of(context, environment_)));
    }
    std::unique_ptr<SecretsClient> made = std::make_unique<KubernetesClient>(std::move(client), config.ns(), calls_);
    co_return std::move(made);
  }

 private:
  // A proxy of the kubeconfig's own is not the process's: such a client has connections for itself, and the proxy is no
  // further away than the server may be.
  Result<std::unique_ptr<kube::Client>> open(Connection connection, ReferenceGate& gate, net::Reach reach) {
    kube::ConnectionConfig& config = connection.config;
    std::unique_ptr<net::HttpClient> transport;
    if (!config.proxy_url.empty()) {
      TRY(transport,
          net::make_http_client(executor_, clock_,
                                {.tls = config.tls,
                                 .reach = reach,
                                 .beyond_reach = "authRef: proxy-url is where a SecretStore may not send anybody",
                                 .proxy = {.https_proxy = config.proxy_url, .http_proxy = config.proxy_url},
                                 .user_agent = std::string(kUserAgent)}));
    } else {
      TRY(std::shared_ptr<net::HttpClient> http, http_.get(config.tls, reach));
      transport = connection.account
                      ? kubernetes::log_in_as(std::move(http), accounts_, gate, *std::move(connection.account))
                      : kubernetes::borrow(std::move(http));
    }
    return kube::make_client_on(std::move(transport), clock_, std::move(config), std::string(kUserAgent));
  }

  Task<Result<Connection>> connect(ReferenceGate& gate, Scope scope, Config config) {
    if (config.auth_ref && config.auth) co_return fail(Code::kInvalid, "authRef and inline auth cannot both be set");
    if (config.auth_ref) {
      CO_TRY(const SecretBytes kubeconfig, co_await gate.secret_value(scope, *config.auth_ref));
      CO_TRY(kube::ConnectionConfig inside, kubernetes::inline_kubeconfig(kubeconfig, plain_http_));
      co_return Connection{std::move(inside)};
    }
    if (!config.auth)
      co_return fail(Code::kInvalid, "no auth provider given: set auth.serviceAccount, auth.token or auth.cert");
    Connection connection;
    connection.config.server = kubernetes::server_url(config);
    CO_TRY_VOID(check_endpoint(kubernetes::kServerField, connection.config.server, plain_http_));
    CO_TRY(connection.config.tls.ca_pem,
           co_await resolve_ca(gate, scope, config.server.ca_bundle, config.server.ca_provider));
    CO_TRY_VOID(co_await log_in(gate, scope, *config.auth, connection));
    co_return std::move(connection);
  }

  Task<Result<void>> log_in(ReferenceGate& gate, Scope scope, kubernetes::Auth auth, Connection& connection) {
    const int methods = (auth.token ? 1 : 0) + (auth.cert ? 1 : 0) + (auth.service_account ? 1 : 0);
    if (methods > 1) {
      co_return fail(Code::kInvalid,
                     "multiple auth methods provided: set exactly one of Token, ServiceAccount, or Cert");
    }
    if (auth.token) {
      auto token = co_await gate.secret_value(scope, auth.token->bearer_token);
      if (!token)
        co_return std::unexpected(std::move(token).error().prefixed("could not fetch Auth.Token.BearerToken"));
      connection.config.token = *std::move(token);
    } else if (auth.cert) {
      auto cert = co_await gate.secret_value(scope, auth.cert->client_cert);
      if (!cert)
        co_return std::unexpected(no_certificate(std::move(cert).error(), "unable to fetch client certificate"));
      auto key = co_await gate.secret_value(scope, auth.cert->client_key);
      if (!key) co_return std::unexpected(no_certificate(std::move(key).error(), "unable to fetch client key"));
      connection.config.tls.certificate_pem = std::string(cert->reveal());
      connection.config.tls.key_pem = *std::move(key);
    } else if (auth.service_account) {
      ServiceAccounts::Wish wish{scope, *auth.service_account, {auth.service_account->audiences, kTokenLife}};
      const auto token = co_await accounts_.token(gate, wish);
      if (!token) co_return std::unexpected(no_account_token(token.error()));
      connection.account = std::move(wish);
    } else {
      co_return fail(Code::kInvalid, "no auth provider given: set auth.serviceAccount, auth.token or auth.cert");
    }
    co_return Result<void>();
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
