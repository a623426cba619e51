// Every back end's client is made once and used again: two stores with different credentials, read in turns, each with
// its own; a credential that is changed is used at the next read; and one document is read once for all entries of an
// ExternalSecret that take something out of it. A new back end is one more row.
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "providers/aws/provider.hpp"
#include "providers/azure/provider.hpp"
#include "providers/doppler/provider.hpp"
#include "providers/gcp/provider.hpp"
#include "providers/kept_clients.hpp"
#include "providers/kubernetes/kubernetes.hpp"
#include "providers/onepassword/provider.hpp"
#include "providers/vault/openbao.hpp"
#include "providers/vault/provider.hpp"
#include "tests/providers/provider_rig.hpp"
#include "tests/providers/rsa_key.hpp"

namespace rotor::providers {
namespace {

struct SharingBackEnd {
  std::string name;
  std::unique_ptr<Provider> (*make)(const Services& services);
  std::string config;                            // {URL} is the server; the credential is key `key` of Secret `login`
  std::map<std::string, std::string> variables;  // likewise
  std::string read_at;                           // the path of a read
  std::string answer;                            // to it: k, l and m are v1, v2 and v3
  std::string secret = "{NAME}";                 // what `login` holds for the credential NAME
};

// With the name for its account, so that the token service knows who asks.
std::string key_file() {
  return R"({"type":"service_account","client_email":"{NAME}","token_uri":"{URL}/login","private_key":)" +
         json::quote(test::RsaKey::shared().pem().reveal()) + "}";
}

constexpr std::string_view kThree = R"({"k":"v1","l":"v2","m":"v3"})";
const std::string kThreeAsText = json::quote(kThree);
const std::string kOfVault =
    fmt::format(R"({{"data":{{"data":{},"metadata":{{"version":1,"destroyed":false,"deletion_time":""}}}}}})", kThree);

const std::vector<SharingBackEnd> kSharing = {
    {"Aws",
     aws::make_provider,
     R"({"service":"SecretsManager","region":"us-east-1","auth":{"secretRef":{"accessKeyIDSecretRef":{"name":"login","key":"key"},)"
     R"("secretAccessKeySecretRef":{"name":"login","key":"key"}}}})",
     {{"AWS_SECRETSMANAGER_ENDPOINT", "{URL}"}},
     "/",
     R"({"ARN":"a","Name":"app","SecretString":)" + kThreeAsText + "}"},
    {"AwsParameters",
     aws::make_provider,
     R"({"service":"ParameterStore","region":"us-east-1","auth":{"secretRef":{"accessKeyIDSecretRef":{"name":"login","key":"key"},)"
     R"("secretAccessKeySecretRef":{"name":"login","key":"key"}}}})",
     {{"AWS_SSM_ENDPOINT", "{URL}"}},
     "/",
     R"({"Parameter":{"Name":"app","Version":1,"Value":)" + kThreeAsText + "}}"},
    {"Azure",
     azure::make_provider,
     R"({"vaultUrl":"{URL}","tenantId":"t","environmentType":"AzureStackCloud","useAzureSDK":true,"customCloudConfig":)"
     R"({"activeDirectoryEndpoint":"{URL}/login","keyVaultEndpoint":"https://vault.azure.net"},"authSecretRef":)"
     R"({"clientId":{"name":"login","key":"key"},"clientSecret":{"name":"login","key":"key"}}})",
     {},
     "/secrets/app/",
     R"({"value":)" + kThreeAsText + R"(,"id":"{URL}/secrets/app/1","attributes":{"enabled":true}})"},
    {"Vault",
     vault::make_provider,
     R"({"server":"{URL}","path":"secret","auth":{"tokenSecretRef":{"name":"login","key":"key"}}})",
     {},
     "/v1/secret/data/app",
     kOfVault},
    {"VaultKv1",
     vault::make_provider,
     R"({"server":"{URL}","path":"secret","version":"v1","auth":{"tokenSecretRef":{"name":"login","key":"key"}}})",
     {},
     "/v1/secret/app",
     fmt::format(R"({{"data":{}}})", kThree)},
    {"OpenBao",
     vault::make_openbao_provider,
     R"({"server":"{URL}","path":"secret","auth":{"tokenSecretRef":{"name":"login","key":"key"}}})",
     {},
     "/v1/secret/data/app",
     kOfVault},
    {"Kubernetes",
     make_kubernetes_provider,
     R"({"server":{"url":"{URL}"},"auth":{"token":{"bearerToken":{"name":"login","key":"key"}}},"remoteNamespace":"other"})",
     {},
     "/api/v1/namespaces/other/secrets/app",
     R"({"metadata":{"name":"app"},"data":{"k":"djE=","l":"djI=","m":"djM="}})"},
    {"Gcp",
     gcp::make_provider,
     R"({"projectID":"p","auth":{"secretRef":{"secretAccessKeySecretRef":{"name":"login","key":"key"}}}})",
     {{"ROTOR_GCP_SECRETMANAGER_ENDPOINT", "{URL}"}},
     "/v1/projects/p/secrets/app/versions/latest:access",
     R"({"name":"projects/1/secrets/app/versions/1","payload":{"data":")" + base64_encode(kThree) + R"("}})",
     key_file()},
    {"Doppler",
     doppler::make_provider,
     R"({"auth":{"secretRef":{"dopplerToken":{"name":"login","key":"key"}}}})",
     {{"DOPPLER_BASE_URL", "{URL}"}},
     "/v3/configs/config/secrets/download",
     R"({"app":)" + kThreeAsText + "}"},
    {"OnePassword",
     onepassword::make_provider,
     R"({"connectHost":"{URL}","vaults":{"vvvvvvvvvvvvvvvvvvvvvvvvvv":1},)"
     R"("auth":{"secretRef":{"connectTokenSecretRef":{"name":"login","key":"key"}}}})",
     {},
     "/v1/vaults/vvvvvvvvvvvvvvvvvvvvvvvvvv/items/iiiiiiiiiiiiiiiiiiiiiiiiii",
     R"({"id":"iiiiiiiiiiiiiiiiiiiiiiiiii","title":"app","fields":[{"label":"password","value":"v"},)"
     R"({"label":"k","value":"v1"},{"label":"l","value":"v2"},{"label":"m","value":"v3"}]})"},
};

std::string filled(std::string text, std::string_view what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), with);
  }
  return text;
}

class EveryClient : public ProviderRig, public testing::WithParamInterface<SharingBackEnd> {
 protected:
  EveryClient()
      : ProviderRig([this](net::ServerRequest request, net::ServerResponse& to) {
          return serve(shown_by(request), request.path, answer(request), to);
        }) {
    for (const auto& [name, value] : GetParam().variables) variables_[name] = filled(value, "{URL}", url());
    provider_ = GetParam().make(services());
  }
  ~EveryClient() override { stop(); }

  // Whose credential a request shows: "one", "two" or "three" is in it, plain or in base64.
  static std::string shown_by(const net::ServerRequest& request) {
    std::string shown(request.body.reveal());
    for (const auto& [name, value] : request.headers) {
      shown += " " + value;
      if (value.starts_with("Basic ")) shown += " " + base64_decode(value.substr(6)).value_or("");
    }
    const std::string assertion = shown.contains("assertion=") ? shown.substr(shown.find("assertion=")) : "";
    const auto claims = assertion.find('.');
    if (claims != std::string::npos) {
      std::string middle = assertion.substr(claims + 1, assertion.find('.', claims + 1) - claims - 1);
      middle.append((4 - middle.size() % 4) % 4, '=');
      shown += " " + base64_decode(middle, Base64::kUrl).value_or("");
    }
    for (const char* name : {"login-one", "login-two", "login-three"}) {
      if (shown.contains(name)) return name;
    }
    return "nobody";
  }

  // A login's token names who logged in.
  std::string answer(const net::ServerRequest& request) const {
    if (request.path == GetParam().read_at) return filled(GetParam().answer, "{URL}", url());
    return fmt::format(R"({{"token_type":"Bearer","expires_in":3599,"access_token":"{}"}})", shown_by(request));
  }

  Task<> serve(std::string who, std::string path, std::string answer, net::ServerResponse& to) {
    ++calls_;
    if (path == GetParam().read_at) reads_.push_back(std::move(who));
    co_await to.respond(200, {{"Content-Type", "application/json"}, {"ETag", "\"1\""}}, SecretBytes(answer));
  }

  // Store NAME is of the namespace NAME, where its credential is.
  void hold(const std::string& ns, const std::string& credential) {
    gate_.secrets[ns + "/login/key"] = filled(filled(GetParam().secret, "{NAME}", credential), "{URL}", url());
  }
  Result<std::shared_ptr<SecretsClient>> open(const std::string& ns) {
    StoreContext c = context(filled(GetParam().config, "{URL}", url()));
    c.store.ns = c.consumer_ns = ns;
    return pump(clients_.open(*provider_, ns, std::move(c)));
  }
  static std::string key() { return GetParam().name == "OnePassword" ? "iiiiiiiiiiiiiiiiiiiiiiiiii" : "app"; }
  void read(const std::string& ns) {
    auto client = open(ns);
    ASSERT_TRUE(client) << client.error().message;
    const auto got = text_of(pump((*client)->get_secret(remote(key()))));
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_TRUE(got->contains('v')) << *got;
  }

  std::vector<std::string> reads_;
  int calls_ = 0;  // logins too
  KeptClients clients_{clock_};
};

TEST_P(EveryClient, IsMadeOnceAndShowsItsOwnStoresCredentialAlone) {
  hold("a", "login-one");
  hold("b", "login-two");
  for (int i = 0; i < 3; ++i) {
    read("a");
    read("b");
  }
  using Names = std::vector<std::string>;
  EXPECT_EQ(reads_, (Names{"login-one", "login-two", "login-one", "login-two", "login-one", "login-two"}))
      << "each pass asks the store itself";
  EXPECT_EQ(clients_.size(), 2U) << "both are kept";
  reads_.clear();
  hold("a", "login-three");
  read("b");
  read("a");
  EXPECT_EQ(reads_, (Names{"login-two", "login-three"}));
}

TEST_P(EveryClient, ReadsADocumentOnceForAllEntriesOfOneReconcile) {
  hold("a", "login-one");
  const bool whole = GetParam().name == "Doppler";  // where property counts for nothing
  for (const std::size_t reconciles : {1U, 2U}) {
    auto client = open("a");
    ASSERT_TRUE(client) << client.error().message;
    EXPECT_EQ(text_of(pump((*client)->get_secret(remote(key(), "k")))).value_or("nothing"), whole ? kThree : "v1");
    const int calls = calls_;
    EXPECT_EQ(text_of(pump((*client)->get_secret(remote(key(), "l")))).value_or("nothing"), whole ? kThree : "v2");
    EXPECT_EQ(text_of(pump((*client)->get_secret(remote(key(), "m")))).value_or("nothing"), whole ? kThree : "v3");
    EXPECT_TRUE(pump((*client)->get_secret_map(remote(key()))).found());
    EXPECT_EQ(calls_, calls) << "what the first entry read is there for the others";
    EXPECT_EQ(reads_.size(), reconciles) << "each reconcile asks the store itself";
  }
}

INSTANTIATE_TEST_SUITE_P(BackEnds, EveryClient, testing::ValuesIn(kSharing),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace rotor::providers
