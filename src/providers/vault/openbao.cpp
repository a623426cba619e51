#include "providers/vault/openbao.hpp"

#include "providers/common/trust.hpp"
#include "providers/vault/connect.hpp"
#include "providers/vault/openbao_client.hpp"
#include "providers/vault/openbao_config.hpp"

namespace rotor::providers::vault {
namespace {

class OpenBaoProvider final : public Provider {
 public:
  explicit OpenBaoProvider(const Services& services) : shared_(services) {}

  Capability capability() const override { return Capability::kReadOnly; }

  // A server of one's own, as with Vault.
  int calls_per_second(const Store&) const override { return 1000; }

  json::TypeRef block() const override { return &json::type_of<OpenBaoConfig>; }

  Result<std::vector<std::string>> validate_store(const Store& store) const override {
    TRY(const OpenBaoConfig config, read_openbao_config(store));
    TRY_VOID(check_openbao(store, config, shared_.services.plain_http));
    return std::vector<std::string>();
  }

  Task<Result<std::unique_ptr<SecretsClient>>> make_client(StoreContext context) override {
    CO_TRY(const OpenBaoConfig block, read_openbao_config(context.store));
    CO_TRY_VOID(check_openbao(context.store, block, shared_.services.plain_http));
    Config config = as_vault(block, context.store, context.consumer_ns);
    const bool nobody_asks =
        context.scope().cluster() && context.consumer_ns.empty() && openbao_depends_on_consumer(block, context.store);
    if (nobody_asks) co_return std::make_unique<OpenBaoClient>(nullptr, std::move(config));
    CO_TRY_VOID(co_await read_ca(context, config));
    auto session = co_await connect(shared_, context, config);
    if (!session) co_return std::unexpected(of_openbao(std::move(session).error()));
    co_return std::make_unique<OpenBaoClient>(*std::move(session), std::move(config));
  }

 private:
  Task<Result<void>> read_ca(StoreContext context, Config& config) {
    auto pem = co_await resolve_ca(context.gate, context.scope(), config.ca_bundle, config.ca_provider);
    if (!pem) co_return std::unexpected(std::move(pem).error().prefixed("cannot set OpenBao CA certificate"));
    config.ca_bundle = *std::move(pem);
    config.ca_provider.reset();
    co_return Result<void>();
  }

  Shared shared_;
};

}  // namespace

std::unique_ptr<Provider> make_openbao_provider(const Services& services) {
  return std::make_unique<OpenBaoProvider>(services);
}

}  // namespace rotor::providers::vault
