#include "providers/vault/connect.hpp"

#include <fmt/format.h>

#include "providers/common/endpoint.hpp"
#include "providers/common/personal.hpp"
#include "providers/common/reach.hpp"
#include "providers/vault/check.hpp"
#include "providers/vault/identity.hpp"
#include "providers/vault/server.hpp"

namespace rotor::providers::vault {
namespace {

// A proxy beside the controller may add a token to what comes from there: that token is the controller's.
Result<void> allow_no_auth(const StoreContext& context, const Config& config) {
  if (config.auth || context.scope().cluster() || context.allow_controller_identity) return {};
  TRY(const net::Url url, net::parse_url(config.server));
  if (!is_loopback_host(url.host)) return {};
  return fail(
      Code::kDenied,
      "spec.provider.vault.auth is not set, and a SecretStore may not use the token that a Vault proxy beside the "
      "controller adds: set auth, use a ClusterSecretStore, or start the controller with "
      "--allow-controller-identity");
}

// The certificate of auth.cert is presented on every connection: the server may have bound the token to it.
void present(net::TlsConfig& tls, Identity& identity) {
  if (identity.certificate_pem.empty()) return;
  tls.certificate_pem = std::move(identity.certificate_pem);
  tls.key_pem = std::move(identity.key_pem);
}

// What TLS cannot use is said before anything is sent.
Result<void> check_connection(HttpClients& http, const net::TlsConfig& tls, net::Reach reach) {
  const auto client = http.get(tls, reach);
  if (client) return {};
  const std::string& why = client.error().message;
  if (why.starts_with("client")) return fail(Code::kInvalid, fmt::format("error from Client TLS Auth: \"{}\"", why));
  return fail(Code::kInvalid, fmt::format("cannot set Vault CA certificate: {}", why));
}

// Where the `vault` command looks. https://developer.hashicorp.com/vault/docs/commands#environment-variables
constexpr PersonalPlaces kPersonal{.address = "VAULT_ADDR", .token = "VAULT_TOKEN", .file = ".vault-token"};

Task<Result<Identity>> identity_of(Shared& shared, StoreContext context, Config config) {
  CO_TRY(std::optional<PersonalToken> mine, personal_token(shared.services, kPersonal, config.server));
  if (mine) co_return Identity{.method = Method::kToken, .token = std::move(mine->token)};
  co_return co_await read_identity(shared.clouds, context, std::move(config));
}

}  // namespace

Task<Result<std::unique_ptr<Session>>> connect(Shared& shared, StoreContext context, Config config) {
  CO_TRY_VOID(check_config(context.store, config, shared.services.plain_http));
  CO_TRY_VOID(allow_no_auth(context, config));
  CO_TRY(const RetryPolicy retry, retries(context.store));
  CO_TRY(net::TlsConfig tls, co_await read_tls(context.gate, context.scope(), config));
  const bool nobody_asks = context.scope().cluster() && context.consumer_ns.empty() && depends_on_consumer(config);
  if (nobody_asks) co_return std::unique_ptr<Session>();
  CO_TRY(Identity identity, co_await identity_of(shared, context, config));
  present(tls, identity);
  const net::Reach reach = reach_of(context, shared.services.environment);
  CO_TRY_VOID(check_connection(shared.http, tls, reach));
  Server server = describe_server(config, std::move(tls), retry);
  server.reach = reach;
  co_return co_await Session::open(shared, std::make_shared<const Server>(std::move(server)), std::move(config),
                                   std::move(identity), context);
}

}  // namespace rotor::providers::vault
