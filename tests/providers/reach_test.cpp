// Where the addresses of manifests may lead, for each back end whose block names one.
#include "providers/common/reach.hpp"

#include <fmt/format.h>

#include "json/writer.hpp"
#include "providers/gcp/provider.hpp"
#include "providers/kubernetes/kubernetes.hpp"
#include "providers/onepassword/provider.hpp"
#include "providers/vault/openbao.hpp"
#include "providers/vault/provider.hpp"
#include "tests/providers/provider_rig.hpp"
#include "tests/providers/rsa_key.hpp"

namespace rotor::providers {
namespace {

using net::Reach;

TEST(ReachOf, IsTheControllersLoopbackForThoseWhoActForItAlone) {
  struct Case {
    const char* kind;
    bool in_pod;
    bool allowed;
    Reach reach;
  };
  FakeGate gate;
  for (const Case& c : {Case{"SecretStore", true, false, Reach::kRemote},
                        {"SecretStore", true, true, Reach::kNotOfTheNode},
                        {"SecretStore", false, false, Reach::kNotOfTheNode},
                        {"ClusterSecretStore", true, false, Reach::kNotOfTheNode}}) {
    StoreContext context{.store = {}, .consumer_ns = "team", .gate = gate};
    context.store.kind = c.kind;
    context.allow_controller_identity = c.allowed;
    const auto environment = [&c](std::string_view name) -> std::optional<std::string> {
      if (c.in_pod && name == "KUBERNETES_SERVICE_HOST") return "10.0.0.1";
      return std::nullopt;
    };
    EXPECT_EQ(reach_of(context, environment), c.reach) << c.kind << c.in_pod << c.allowed;
  }
}

class ReachOfStores : public ProviderRig {
 protected:
  ReachOfStores()
      : ProviderRig([this](net::ServerRequest request, net::ServerResponse& response) {
          return answer(*this, std::move(request), response);
        }) {
    gate_.secrets["team/key/json"] = fmt::format(
        R"({{"type":"service_account","client_email":"a@p.iam.gserviceaccount.com","private_key":{},"token_uri":"{}"}})",
        json::quote(test::RsaKey::shared().pem().reveal()), url());
  }
  ~ReachOfStores() override { stop(); }

  static Task<> answer(ReachOfStores& self, net::ServerRequest, net::ServerResponse& response) {
    ++self.asked;
    co_await response.respond(400, {}, SecretBytes("{}"));
  }
  // What reading a key says.
  std::string read(const std::string& block, bool allowed) {
    StoreContext about = context(block);
    about.allow_controller_identity = allowed;
    auto client = pump(provider_->make_client(std::move(about)));
    if (!client) return client.error().message;
    const auto got = pump((*client)->get_secret(remote("a")));
    return got.failed() ? got.error().message : "no error";
  }

  int asked = 0;
};

TEST_F(ReachOfStores, IsNotTheControllersLoopbackFromANamespaceOfTheCluster) {
  variables_["KUBERNETES_SERVICE_HOST"] = "10.0.0.1";
  const std::string ref = R"({"name":"aws","key":"id"})";
  const std::vector<std::pair<std::unique_ptr<Provider> (*)(const Services&), std::string>> stores = {
      {vault::make_provider,
       fmt::format(R"({{"server":"{}","path":"kv","auth":{{"tokenSecretRef":{}}}}})", url(), ref)},
      {vault::make_openbao_provider, fmt::format(R"({{"server":"{}","auth":{{"tokenSecretRef":{}}}}})", url(), ref)},
      {onepassword::make_provider,
       fmt::format(R"({{"connectHost":"{}","vaults":{{"v":1}},"auth":{{"secretRef":{{"connectTokenSecretRef":{}}}}}}})",
                   url(), ref)},
      {make_kubernetes_provider,
       fmt::format(R"({{"server":{{"url":"{}"}},"auth":{{"token":{{"bearerToken":{}}}}}}})", url(), ref)},
      {gcp::make_provider,
       R"({"projectID":"p","auth":{"secretRef":{"secretAccessKeySecretRef":{"name":"key","key":"json"}}}})"},
  };
  for (const auto& [make, block] : stores) {
    provider_ = make(services());
    const std::string refused = read(block, false);
    EXPECT_TRUE(refused.contains("127.0.0.1, a loopback address, which is out of bounds here")) << refused;
    EXPECT_TRUE(refused.contains("--allow-controller-identity")) << refused;
    EXPECT_EQ(std::exchange(asked, 0), 0) << block;
    const std::string allowed = read(block, true);
    EXPECT_FALSE(allowed.contains("out of bounds")) << allowed;
    EXPECT_GT(std::exchange(asked, 0), 0) << block << allowed;
  }
}

}  // namespace
}  // namespace rotor::providers
