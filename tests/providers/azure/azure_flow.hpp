// A provider and FakeAzure.
#pragma once

#include "providers/azure/provider.hpp"
#include "tests/providers/azure/fake_azure.hpp"
#include "tests/providers/provider_rig.hpp"

namespace rotor::providers::azure {

using test::FakeAzure;
using Names = std::vector<std::string>;

inline constexpr const char* kTenant = "11111111-2222-3333-4444-555555555555";
inline constexpr const char* kSecretAuth =
    R"("tenantId":"11111111-2222-3333-4444-555555555555","authSecretRef":{"clientId":{"name":"azure","key":"id"},)"
    R"("clientSecret":{"name":"azure","key":"secret"}})";
inline constexpr const char* kAccountAuth =
    R"("authType":"WorkloadIdentity","tenantId":"11111111-2222-3333-4444-555555555555","serviceAccountRef":{"name":"app"})";
inline constexpr const char* kMachineAuth = R"("authType":"ManagedIdentity")";
inline constexpr const char* kLoginUrl =
    "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token";

inline RemoteRef tags(std::string key, std::string property = "") {
  RemoteRef ref = remote(std::move(key), std::move(property));
  ref.metadata_policy = "Fetch";
  return ref;
}

class AzureFlow : public ProviderRig {
 protected:
  AzureFlow() : ProviderRig([](net::ServerRequest, net::ServerResponse& to) { return nobody(to); }) {
    gate_.secrets = {{"team/azure/id", "client-1"}, {"team/azure/secret", "s3cret&+ /"}, {"team/azure/tenant", "t-9"}};
    gate_.annotations = {{"azure.workload.identity/client-id", "client-2"}};
    provider_ = make_provider(azure_services());
    azure_->keep("app", R"("plain")");
  }
  ~AzureFlow() override { stop(); }

  static Task<> nobody(net::ServerResponse& to) { co_await to.respond(500, {}, SecretBytes()); }

  Services azure_services() {
    const Services all = services();
    return {all.executor, all.clock, clients_, all.calls, all.environment};
  }

  static std::string config(const std::string& more) {
    const bool own = more.contains("\"vaultUrl\"");
    return "{" + std::string(own ? "" : R"("vaultUrl":"https://team.vault.azure.net")") +
           (more.empty() || own ? "" : ",") + more + "}";
  }
  StoreContext context(const std::string& more) { return ProviderRig::context(config(more)); }
  StoreContext allowed(const std::string& more) {
    StoreContext c = context(more);
    c.allow_controller_identity = true;
    return c;
  }
  StoreContext cluster(const std::string& more, std::string consumer = "team") {
    StoreContext c = context(more);
    c.store.kind = "ClusterSecretStore";
    c.store.ns.clear();
    c.consumer_ns = std::move(consumer);
    return c;
  }

  Result<std::unique_ptr<SecretsClient>> client(const std::string& more) { return client(context(more)); }
  Result<std::unique_ptr<SecretsClient>> client(StoreContext c) { return pump(provider_->make_client(std::move(c))); }

  // "!message" for an error, "-" for absence: one column in a table.
  std::string get(SecretsClient& from, RemoteRef ref) {
    const auto got = pump(from.get_secret(std::move(ref)));
    if (got.failed()) return "!" + got.error().message;
    return got.absent() ? "-" : std::string(got->reveal());
  }
  // The same, from a store of one's own.
  std::string read(StoreContext c, const std::string& key = "app") {
    auto made = client(std::move(c));
    return made ? get(**made, remote(key)) : "!" + made.error().message;
  }
  std::string read(const std::string& more, const std::string& key = "app") { return read(context(more), key); }

  Validation validate(StoreContext c) {
    auto made = client(std::move(c));
    if (!made) return {Validity::kError, made.error()};
    return pump((*made)->validate());
  }

  std::shared_ptr<FakeAzure> azure_ = std::make_shared<FakeAzure>();
  test::FakeAzureClients clients_{azure_};
};

}  // namespace rotor::providers::azure
