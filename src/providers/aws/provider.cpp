#include "providers/aws/provider.hpp"

#include "providers/aws/store_reader.hpp"

namespace rotor::providers::aws {
namespace {

const Dialect& dialect_of(const Config& config) {
  return config.service == kParameterStoreService ? kParameterStore : kSecretsManager;
}

class AwsProvider final : public Provider {
 public:
  explicit AwsProvider(const Services& services) : shared_(services) {}

  Capability capability() const override { return Capability::kReadWrite; }

  json::TypeRef block() const override { return &json::type_of<Config>; }

  Result<std::vector<std::string>> validate_store(const Store& store) const override {
    TRY(const Config config, read_config(store));
    TRY_VOID(check_config(store, config, shared_.environment));
    TRY(const Region region, resolve_region(config.region, shared_.environment));
    const auto endpoint = resolve_endpoint(dialect_of(config).api.service, region, shared_.environment);
    std::vector<std::string> warnings;
    if (endpoint && !endpoint->doubt.empty()) warnings.push_back(endpoint->doubt);
    return warnings;
  }

  int calls_per_second(const Store& store) const override {
    const auto config = read_config(store);
    return config ? dialect_of(*config).api.calls_per_second : Provider::calls_per_second(store);
  }

  bool batches() const override { return true; }

  Task<Result<std::unique_ptr<SecretsClient>>> make_client(StoreContext context) override {
    CO_TRY(Config config, read_config(context.store));
    CO_TRY_VOID(check_config(context.store, config, shared_.environment));
    CO_TRY(const RetryPolicy retry, retries(context.store));
    CO_TRY(const Region region, resolve_region(config.region, shared_.environment));
    const Dialect& dialect = dialect_of(config);
    CO_TRY(Endpoint endpoint, resolve_endpoint(dialect.api.service, region, shared_.environment));
    const std::string prefix = config.prefix;
    std::unique_ptr<Session> session;
    const bool nobody_asks = context.scope().cluster() && context.consumer_ns.empty() && config.referent();
    if (!nobody_asks) {
      CO_TRY(session, co_await Session::create(shared_, std::move(config), context));
    }
    ApiClient api(shared_, std::move(session), dialect.api, std::move(endpoint), retry);
    auto gathered = std::make_shared<GatheredReads>(dialect, shared_.caller.plain().clock());
    co_return std::make_unique<StoreReader>(std::move(api), dialect, prefix, std::move(gathered));
  }

 private:
  Shared shared_;
};

}  // namespace

std::unique_ptr<Provider> make_provider(const Services& services) { return std::make_unique<AwsProvider>(services); }

}  // namespace rotor::providers::aws
