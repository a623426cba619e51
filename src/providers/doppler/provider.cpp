#include "providers/doppler/provider.hpp"

#include "providers/common/cache_key.hpp"
#include "providers/doppler/client.hpp"

namespace rotor::providers::doppler {
namespace {

class DopplerProvider final : public Provider {
 public:
  DopplerProvider(const Services& services, EtagCache::Limits limits) : shared_(services, limits) {}

  Capability capability() const override { return Capability::kReadOnly; }

  json::TypeRef block() const override { return &json::type_of<Config>; }

  Result<std::vector<std::string>> validate_store(const Store& store) const override {
    TRY(const Config config, read_config(store));
    TRY_VOID(check_config(store, config));
    return std::vector<std::string>();
  }

  Task<Result<std::unique_ptr<SecretsClient>>> make_client(StoreContext context) override {
    CO_TRY(Config config, read_config(context.store));
    CO_TRY_VOID(check_config(context.store, config));
    CO_TRY(std::unique_ptr<Login> login, co_await Login::create(shared_, config, context));
    std::string store = cache_key({context.store.kind, context.store.ns, context.store.name});
    co_return std::make_unique<DopplerClient>(shared_, std::move(login), std::move(config), std::move(store));
  }

 private:
  Shared shared_;
};

}  // namespace

std::unique_ptr<Provider> make_provider(const Services& services) { return make_provider(services, {}); }

std::unique_ptr<Provider> make_provider(const Services& services, EtagCache::Limits limits) {
  return std::make_unique<DopplerProvider>(services, limits);
}

}  // namespace rotor::providers::doppler
