// Logging in with the key of a service account.
#include <fmt/format.h>

#include "providers/common/cache_key.hpp"
#include "providers/common/reach.hpp"
#include "providers/gcp/login.hpp"
#include "providers/gcp/service_account_key.hpp"

namespace rotor::providers::gcp {
namespace {

constexpr std::chrono::seconds kSelfSignedLife{3590};  // it is dated back by ten seconds

class KeyLogin final : public Login {
 public:
  KeyLogin(Shared& shared, ServiceAccountKey key, std::string source, net::Reach reach)
      : shared_(shared), key_(std::move(key)), source_(std::move(source)), reach_(reach) {}

  std::string identity() const override {
    return CacheKey()
        .add("key")
        .add(key_.client_email)
        .add(key_.private_key_id)
        .add(key_.token_uri)
        .add(key_.private_key.value)
        .add(std::to_string(static_cast<int>(reach_)))
        .digest();
  }
  std::string source() const override { return source_; }

  // Where the token service cannot be reached (a firewall, an outage) Secret Manager takes a token of our own making.
  Task<Result<AccessToken>> fetch() override {
    const WallTime now = shared_.caller.clock().now();
    CO_TRY(SecretBytes assertion, make_assertion(key_, now));
    AssertionAnswer answer = co_await exchange_assertion(shared_.caller, key_.token_uri, reach_, std::move(assertion));
    if (!answer.unreachable) co_return std::move(answer.token);
    CO_TRY(SecretBytes own, make_self_signed_token(key_, now));
    co_return AccessToken{
        .token = std::move(own), .expires = now + kSelfSignedLife, .not_checked = std::move(answer.token).error()};
  }

 private:
  Shared& shared_;
  ServiceAccountKey key_;
  std::string source_;
  net::Reach reach_;
};

}  // namespace

Result<LoginPtr> make_key_login(Shared& shared, const SecretBytes& json, std::string source, net::Reach reach) {
  auto key = read_service_account_key(json, shared.plain_http);
  if (!key) return std::unexpected(std::move(key).error().prefixed(source));
  return std::make_unique<KeyLogin>(shared, *std::move(key), std::move(source), reach);
}

Task<Result<LoginPtr>> make_key_login(Shared& shared, SecretRefAuth auth, StoreContext context) {
  CO_TRY(const SecretBytes json, co_await context.gate.secret_value(context.scope(), *auth.key));
  co_return make_key_login(shared, json,
                           fmt::format("auth.secretRef (key \"{}\" of Secret \"{}\")", auth.key->key, auth.key->name),
                           reach_of(context, shared.environment));
}

}  // namespace rotor::providers::gcp
