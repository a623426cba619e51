// A back end that a test holds in its hands: what is asked of it is on record, and it fails as often as it is told to.
// spec.provider.NAME holds keys and their values.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "json/document.hpp"
#include "providers/provider.hpp"

namespace rotor::test {

struct StoreDouble {
  explicit StoreDouble(Clock& clock) : clock(clock) {}

  Clock& clock;
  providers::Maintenance maintenance = providers::Maintenance::kMaintained;
  int failing = 0;  // of the reads to come

  int clients = 0;  // made, not taken over from one before
  std::vector<SteadyTime> reads{};
};

class StoreDoubleClient final : public providers::SecretsClient {
 public:
  using Values = std::map<std::string, std::string>;
  StoreDoubleClient(std::shared_ptr<StoreDouble> store, Values values)
      : store_(std::move(store)), values_(std::move(values)) {}

  std::unique_ptr<SecretsClient> again() const override { return std::make_unique<StoreDoubleClient>(*this); }
  Task<providers::Validation> validate() override { co_return providers::Validation{}; }
  Task<providers::Lookup<SecretBytes>> get_secret(providers::RemoteRef ref) override {
    store_->reads.push_back(store_->clock.steady());
    if (store_->failing > 0) {
      --store_->failing;
      co_return fail(Code::kUnavailable, "the double was told to fail");
    }
    const auto it = values_.find(ref.key);
    if (it == values_.end()) co_return providers::Absent{"Secret does not exist"};
    co_return SecretBytes(it->second);
  }
  Task<providers::Lookup<SecretMap>> get_secret_map(providers::RemoteRef) override { co_return no_such_call(); }
  Task<providers::Lookup<SecretMap>> get_all(providers::FindRequest) override { co_return no_such_call(); }

 private:
  static std::unexpected<Error> no_such_call() { return fail(Code::kInvalid, "the double reads single values"); }

  std::shared_ptr<StoreDouble> store_;
  Values values_;
};

class StoreDoubleProvider final : public providers::Provider {
 public:
  explicit StoreDoubleProvider(std::shared_ptr<StoreDouble> store) : store_(std::move(store)) {}

  providers::Capability capability() const override { return providers::Capability::kReadOnly; }
  providers::Maintenance maintenance() const override { return store_->maintenance; }
  int calls_per_second(const providers::Store&) const override { return 0; }
  Result<std::vector<std::string>> validate_store(const providers::Store&) const override {
    return std::vector<std::string>();
  }
  Task<Result<std::unique_ptr<providers::SecretsClient>>> make_client(providers::StoreContext context) override {
    CO_TRY(const json::Value config, json::parse(context.store.config.text));
    StoreDoubleClient::Values values;
    for (const auto& [key, value] : config.as_object()) values.emplace(key, value.as_string());
    ++store_->clients;
    std::unique_ptr<providers::SecretsClient> client = std::make_unique<StoreDoubleClient>(store_, std::move(values));
    co_return std::move(client);
  }

 private:
  std::shared_ptr<StoreDouble> store_;
};

}  // namespace rotor::test
