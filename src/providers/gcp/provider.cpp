#include "providers/gcp/provider.hpp"

#include "providers/gcp/secret_manager.hpp"

namespace rotor::providers::gcp {
namespace {

class GcpProvider final : public Provider {
 public:
  explicit GcpProvider(const Services& services) : shared_(services) {}

  Capability capability() const override { return Capability::kReadWrite; }

  int calls_per_second(const Store&) const override { return 750; }  // of 90 000 a minute

  json::TypeRef block() const override { return &json::type_of<Config>; }

  Result<std::vector<std::string>> validate_store(const Store& store) const override {
    TRY(const Config config, read_config(store));
    return check_config(store, config);
  }

  Task<Result<std::unique_ptr<SecretsClient>>> make_client(StoreContext context) override {
    CO_TRY(const Config config, read_config(context.store));
    CO_TRY_VOID(check_config(context.store, config));
    auto retry = retry_policy(context.store);
    if (!retry) co_return std::unexpected(std::move(retry).error().prefixed("spec.retrySettings.retryInterval"));
    std::unique_ptr<Rest> rest;
    const bool nobody_asks = context.scope().cluster() && context.consumer_ns.empty() && config.referent();
    if (!nobody_asks) {
      CO_TRY(std::unique_ptr<Session> session, co_await Session::create(shared_, config, context));
      std::string endpoint = api_endpoint(shared_.environment, config.location);
      std::string doubt = doubt_about_endpoint(endpoint, config.location);
      rest = std::make_unique<Rest>(shared_, std::move(session), std::move(endpoint), std::move(doubt), *retry);
    }
    co_return std::make_unique<SecretManager>(std::move(rest), config.location, config.fetches_enabled());
  }

 private:
  Shared shared_;
};

}  // namespace

std::unique_ptr<Provider> make_provider(const Services& services) { return std::make_unique<GcpProvider>(services); }

}  // namespace rotor::providers::gcp
