#include "providers/vault/provider.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "providers/common/endpoint.hpp"
#include "providers/common/side_by_side.hpp"
#include "providers/vault/check.hpp"
#include "providers/vault/client.hpp"
#include "providers/vault/identity.hpp"
#include "providers/vault/server.hpp"

namespace rotor::providers::vault {
namespace {

constexpr std::size_t kRevokedAtOnce = 16;

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

class VaultProvider final : public Provider {
 public:
  explicit VaultProvider(const Services& services) : shared_(services) {}

  Capability capability() const override { return Capability::kReadWrite; }

  Result<std::vector<std::string>> validate_store(const Store& store) const override {
    TRY(const Config config, read_config(store));
    TRY_VOID(retries(store));
    return check_config(store, config);
  }

  Task<Result<std::unique_ptr<SecretsClient>>> make_client(StoreContext context) override {
    CO_TRY(Config config, read_config(context.store));
    CO_TRY_VOID(check_config(context.store, config));
    CO_TRY_VOID(allow_no_auth(context, config));
    CO_TRY(const RetryPolicy retry, retries(context.store));
    CO_TRY(net::TlsConfig tls, co_await read_tls(context.gate, context.scope(), config));
    std::unique_ptr<Session> session;
    const bool nobody_asks = context.scope().cluster() && context.consumer_ns.empty() && depends_on_consumer(config);
    if (!nobody_asks) {
      CO_TRY(Identity identity, co_await read_identity(shared_.clouds, context, config));
      present(tls, identity);
      CO_TRY_VOID(check_connection(tls));
      auto server = std::make_shared<const Server>(describe_server(config, std::move(tls), retry));
      CO_TRY(session, co_await Session::open(shared_, std::move(server), config, std::move(identity), context));
    }
    co_return std::make_unique<VaultClient>(std::move(session), std::move(config));
  }

  Task<> close() override {
    std::vector<LoginPtr> logins = shared_.logins.take_all();
    for (LoginPtr& login : shared_.guarded_logins.take_all()) logins.push_back(std::move(login));
    co_await side_by_side(logins.size(), kRevokedAtOnce,
                          [this, &logins](std::size_t i) { return give_back(logins[i]); });
  }

 private:
  // The others are given back whatever becomes of this one.
  Task<Result<void>> give_back(LoginPtr login) {
    const auto done = co_await revoke(shared_.caller, login);
    if (!done) log::debug("a token of Vault stays until it ends", {{"server", login->server->url}});
    co_return Result<void>();
  }

  // What TLS cannot use is said before anything is sent.
  Result<void> check_connection(const net::TlsConfig& tls) {
    const auto client = shared_.http.get(tls);
    if (client) return {};
    const std::string& why = client.error().message;
    if (why.starts_with("client")) return fail(Code::kInvalid, fmt::format("error from Client TLS Auth: \"{}\"", why));
    return fail(Code::kInvalid, fmt::format("cannot set Vault CA certificate: {}", why));
  }

  Shared shared_;
};

}  // namespace

std::unique_ptr<Provider> make_provider(const Services& services) { return std::make_unique<VaultProvider>(services); }

}  // namespace rotor::providers::vault
