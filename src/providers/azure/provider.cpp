#include "providers/azure/provider.hpp"

#include "providers/azure/key_vault.hpp"
#include "providers/common/retry.hpp"

namespace rotor::providers::azure {
namespace {

class AzureProvider final : public Provider {
 public:
  explicit AzureProvider(const Services& services)
      : clock_(services.clock), plain_http_(services.plain_http), shared_(services) {}

  Capability capability() const override { return Capability::kReadWrite; }

  int calls_per_second(const Store&) const override { return 200; }  // of 4 000 in ten seconds

  json::TypeRef block() const override { return &json::type_of<Config>; }

  Result<std::vector<std::string>> validate_store(const Store& store) const override {
    TRY(const Config config, read_config(store));
    return check_config(store, config);
  }

  Task<Result<std::unique_ptr<SecretsClient>>> make_client(StoreContext context) override {
    CO_TRY(const Config config, read_config(context.store));
    CO_TRY_VOID(check_config(context.store, config));
    const bool nobody_asks = context.scope().cluster() && context.consumer_ns.empty() && config.referent();
    std::unique_ptr<Vault> vault;
    if (!nobody_asks) {
      CO_TRY(vault, co_await open(config, context));
    }
    co_return std::make_unique<KeyVault>(std::move(vault), clock_, ignored_rest_);
  }

 private:
  Task<Result<std::unique_ptr<Vault>>> open(Config config, StoreContext context) {
    CO_TRY(const Cloud cloud, cloud_of(config, plain_http_));
    CO_TRY(std::string address, vault_address(config, plain_http_));
    CO_TRY(const RetryPolicy retry, retry_policy(context.store));
    CO_TRY(Identity identity, co_await read_identity(shared_.environment, config, cloud, context));
    std::optional<std::string> scope;
    if (cloud.resource) scope = scope_of(*cloud.resource);
    Session session(shared_, std::move(identity), context, retry);
    co_return std::make_unique<Vault>(shared_, std::move(session), std::move(address), std::move(scope), retry);
  }

  Clock& clock_;
  PlainHttp plain_http_;
  Shared shared_;
  Repeated ignored_rest_{std::chrono::hours(1)};
};

}  // namespace

std::unique_ptr<Provider> make_provider(const Services& services) { return std::make_unique<AzureProvider>(services); }

}  // namespace rotor::providers::azure
