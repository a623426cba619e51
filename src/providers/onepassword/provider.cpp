#include "providers/onepassword/provider.hpp"

#include <fmt/format.h>

#include "providers/common/endpoint.hpp"
#include "providers/common/header_token.hpp"
#include "providers/common/personal.hpp"
#include "providers/common/reach.hpp"
#include "providers/onepassword/client.hpp"

namespace rotor::providers::onepassword {
namespace {

// https://developer.1password.com/docs/connect/cli/
constexpr PersonalPlaces kPersonal{.address = "OP_CONNECT_HOST", .token = "OP_CONNECT_TOKEN"};

class OnePasswordProvider final : public Provider {
 public:
  explicit OnePasswordProvider(const Services& services) : connect_(services), services_(services) {}

  Capability capability() const override { return Capability::kReadWrite; }

  json::TypeRef block() const override { return &json::type_of<Config>; }

  Result<std::vector<std::string>> validate_store(const Store& store) const override {
    TRY(const Config config, read_config(store));
    TRY_VOID(check_config(store, config, services_.plain_http));
    return std::vector<std::string>();
  }

  Task<Result<std::unique_ptr<SecretsClient>>> make_client(StoreContext context) override {
    CO_TRY(Config config, read_config(context.store));
    CO_TRY_VOID(check_config(context.store, config, services_.plain_http));
    CO_TRY(const RetryPolicy retry, retry_policy(context.store));
    CO_TRY(PersonalToken login, co_await token_of(context, config));
    Access access{.base = without_trailing_slashes(config.connect_host),
                  .token = std::move(login.token),
                  .token_source = "the token is that of " + login.source,
                  .retry = retry,
                  .reach = reach_of(context, services_.environment)};
    AccessPtr shared = std::make_shared<const Access>(std::move(access));
    co_return std::make_unique<OnePasswordClient>(connect_, std::move(shared), std::move(config));
  }

 private:
  Task<Result<PersonalToken>> token_of(StoreContext context, Config config) {
    CO_TRY(std::optional<PersonalToken> mine, personal_token(services_, kPersonal, config.connect_host));
    if (mine) co_return *std::move(mine);
    const api::es::SecretKeySelector ref = config.auth.secret_ref.connect_token;
    CO_TRY(const SecretBytes held, co_await context.gate.secret_value(context.scope(), ref));
    CO_TRY(SecretBytes token, header_token(kTokenField, held));
    co_return PersonalToken{std::move(token),
                            fmt::format("{}: Secret \"{}\", key \"{}\"", kTokenField, ref.name, ref.key)};
  }

  Connect connect_;
  Services services_;
};

}  // namespace

std::unique_ptr<Provider> make_provider(const Services& services) {
  return std::make_unique<OnePasswordProvider>(services);
}

}  // namespace rotor::providers::onepassword
