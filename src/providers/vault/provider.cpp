#include "providers/vault/provider.hpp"

#include "base/log.hpp"
#include "base/side_by_side.hpp"
#include "providers/vault/check.hpp"
#include "providers/vault/client.hpp"
#include "providers/vault/connect.hpp"
#include "providers/vault/server.hpp"

namespace rotor::providers::vault {
namespace {

constexpr std::size_t kRevokedAtOnce = 16;

class VaultProvider final : public Provider {
 public:
  explicit VaultProvider(const Services& services) : shared_(services) {}

  Capability capability() const override { return Capability::kReadWrite; }

  int calls_per_second(const Store&) const override {
    return 1000;
  }  // a server of one's own, without a quota unless one is set

  json::TypeRef block() const override { return &json::type_of<Config>; }

  Result<std::vector<std::string>> validate_store(const Store& store) const override {
    TRY(const Config config, read_config(store));
    TRY_VOID(retries(store));
    return check_config(store, config, shared_.services.plain_http);
  }

  Task<Result<std::unique_ptr<SecretsClient>>> make_client(StoreContext context) override {
    CO_TRY(Config config, read_config(context.store));
    CO_TRY(std::unique_ptr<Session> session, co_await connect(shared_, std::move(context), config));
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

  Shared shared_;
};

}  // namespace

std::unique_ptr<Provider> make_provider(const Services& services) { return std::make_unique<VaultProvider>(services); }

}  // namespace rotor::providers::vault
