#include "providers/onepassword/provider.hpp"

#include <fmt/format.h>

#include "providers/common/endpoint.hpp"
#include "providers/common/header_token.hpp"
#include "providers/common/reach.hpp"
#include "providers/onepassword/client.hpp"

namespace rotor::providers::onepassword {
namespace {

class OnePasswordProvider final : public Provider {
 public:
  explicit OnePasswordProvider(const Services& services) : connect_(services), environment_(services.environment) {}

  Capability capability() const override { return Capability::kReadWrite; }

  json::TypeRef block() const override { return &json::type_of<Config>; }

  Result<std::vector<std::string>> validate_store(const Store& store) const override {
    TRY(const Config config, read_config(store));
    TRY_VOID(check_config(store, config));
    return std::vector<std::string>();
  }

  Task<Result<std::unique_ptr<SecretsClient>>> make_client(StoreContext context) override {
    CO_TRY(Config config, read_config(context.store));
    CO_TRY_VOID(check_config(context.store, config));
    CO_TRY(const RetryPolicy retry, retry_policy(context.store));
    const api::es::SecretKeySelector ref = config.auth.secret_ref.connect_token;
    CO_TRY(const SecretBytes held, co_await context.gate.secret_value(context.scope(), ref));
    CO_TRY(SecretBytes token, header_token(kTokenField, held));
    Access access{.base = without_trailing_slashes(config.connect_host),
                  .token = std::move(token),
                  .token_source =
                      fmt::format("the token is that of {}: Secret \"{}\", key \"{}\"", kTokenField, ref.name, ref.key),
                  .retry = retry,
                  .reach = reach_of(context, environment_)};
    AccessPtr shared = std::make_shared<const Access>(std::move(access));
    co_return std::make_unique<OnePasswordClient>(connect_, std::move(shared), std::move(config));
  }

 private:
  Connect connect_;
  EnvironmentVariables environment_;
};

}  // namespace

std::unique_ptr<Provider> make_provider(const Services& services) {
  return std::make_unique<OnePasswordProvider>(services);
}

}  // namespace rotor::providers::onepassword
