// Every field of a store that names a server: plain HTTP across a network only where the administrator permits it. A
// new back end whose address stands in the manifest is one more row.
#include <fmt/format.h>

#include "providers/azure/provider.hpp"
#include "providers/doppler/provider.hpp"
#include "providers/kubernetes/kubernetes.hpp"
#include "providers/onepassword/provider.hpp"
#include "providers/vault/openbao.hpp"
#include "providers/vault/provider.hpp"
#include "tests/providers/provider_rig.hpp"

namespace rotor::providers {
namespace {

struct Addressed {
  std::string name;
  std::unique_ptr<Provider> (*make)(const Services& services);
  std::string config;
  std::map<std::string, std::string> variables{};
};

constexpr const char* kRef = R"({"name":"aws","key":"key"})";

const std::vector<Addressed> kAddressed = {
    {"Vault", vault::make_provider,
     fmt::format(R"({{"server":"http://store.example.com","path":"secret","auth":{{"tokenSecretRef":{}}}}})", kRef)},
    {"OpenBao", vault::make_openbao_provider,
     fmt::format(R"({{"server":"http://store.example.com","auth":{{"tokenSecretRef":{}}}}})", kRef)},
    {"OnePassword", onepassword::make_provider,
     fmt::format(
         R"({{"connectHost":"http://store.example.com","vaults":{{"v":1}},"auth":{{"secretRef":{{"connectTokenSecretRef":{}}}}}}})",
         kRef)},
    {"Kubernetes", make_kubernetes_provider,
     fmt::format(R"({{"server":{{"url":"http://store.example.com"}},"auth":{{"token":{{"bearerToken":{}}}}}}})", kRef)},
    {"Kubeconfig", make_kubernetes_provider, R"({"authRef":{"name":"kubeconfig","key":"config"}})"},
    {"AzureVault", azure::make_provider,
     fmt::format(
         R"({{"vaultUrl":"http://store.example.com","tenantId":"t","authSecretRef":{{"clientId":{0},"clientSecret":{0}}}}})",
         kRef)},
    {"AzureLogin", azure::make_provider,
     fmt::format(
         R"({{"vaultUrl":"https://v.example.com","tenantId":"t","environmentType":"AzureStackCloud","useAzureSDK":true,)"
         R"("customCloudConfig":{{"activeDirectoryEndpoint":"http://store.example.com"}},)"
         R"("authSecretRef":{{"clientId":{0},"clientSecret":{0}}}}})",
         kRef)},
    {"Doppler",
     doppler::make_provider,
     fmt::format(R"({{"auth":{{"secretRef":{{"dopplerToken":{}}}}}}})", kRef),
     {{"DOPPLER_BASE_URL", "http://store.example.com"}}},
};

class PlainAddresses : public ProviderRig, public testing::WithParamInterface<Addressed> {
 protected:
  PlainAddresses()
      : ProviderRig([](net::ServerRequest, net::ServerResponse& to) -> Task<> { co_await to.respond(500, {}, {}); }) {
    variables_.insert(GetParam().variables.begin(), GetParam().variables.end());
    gate_.secrets["team/kubeconfig/config"] =
        "current-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n"
        "clusters: [{name: c, cluster: {server: 'http://store.example.com'}}]\nusers: [{name: u, user: {token: t}}]\n";
  }
  ~PlainAddresses() override { stop(); }

  // What keeps a client from being made: a store that was edited is read from before it is checked again.
  std::string refusal(PlainHttp plain) {
    Services lent = services();
    lent.plain_http = plain;
    provider_ = GetParam().make(lent);
    const auto client = pump(provider_->make_client(context(GetParam().config)));
    return client ? std::string() : client.error().message;
  }
};

TEST_P(PlainAddresses, AreRefusedByTheFlagsNameUnlessItIsSet) {
  const std::string refused = refusal(PlainHttp::kNearby);
  EXPECT_TRUE(refused.contains("would send credentials in the clear")) << refused;
  EXPECT_TRUE(refused.contains("--allow-plain-http-endpoints")) << refused;
  EXPECT_EQ(refusal(PlainHttp::kAnywhere), "");
}

INSTANTIATE_TEST_SUITE_P(BackEnds, PlainAddresses, testing::ValuesIn(kAddressed),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace rotor::providers
