// Whatever goes wrong on the way to a store, no provider takes it for the store's word that a secret does not exist,
// nor for a value. A new back end is one more row.
#include <deque>

#include "providers/aws/provider.hpp"
#include "providers/azure/provider.hpp"
#include "providers/doppler/provider.hpp"
#include "providers/gcp/provider.hpp"
#include "providers/kubernetes/kubernetes.hpp"
#include "providers/onepassword/provider.hpp"
#include "providers/vault/provider.hpp"
#include "tests/providers/provider_rig.hpp"
#include "tests/providers/rsa_key.hpp"

namespace rotor::providers {
namespace {

struct Answer {
  std::string name;
  int status = 200;
  std::string body{};
  net::Headers headers{};
  bool dropped = false;
};

const net::Headers kJson = {{"Content-Type", "application/json"}};
const net::Headers kHtml = {{"Content-Type", "text/html"}};

// What a store never says when it means "there is no such secret".
const std::vector<Answer> kAnswers = {
    {"Redirect", 302, "", {{"Location", "https://elsewhere.example/"}}},
    {"NotModified", 304},
    {"BadRequest", 400, "{}", kJson},
    {"Unauthorized", 401, "{}", kJson},
    {"Forbidden", 403, "{}", kJson},
    {"NotFoundByAProxy", 404, "<html>not here</html>", kHtml},
    {"NotFoundWithoutABody", 404},
    {"Conflict", 409, "{}", kJson},
    {"TooMany", 429, "{}", kJson},
    {"ServerError", 500, "oops", kHtml},
    {"BadGateway", 502, "<html>", kHtml},
    {"Sealed", 503, R"({"errors":["Vault is sealed"]})", kJson},
    {"NoContent", 204},
    {"EmptyBody", 200},
    {"Null", 200, "null", kJson},
    {"EmptyObject", 200, "{}", kJson},
    {"NullData", 200, R"({"data":null})", kJson},
    {"Truncated", 200, R"({"data":{"a":)", kJson},
    {"Page", 200, "<html>log in</html>", kHtml},
    {"List", 200, "[]", kJson},
    {"Dropped", 200, "", {}, true},
};

struct BackEnd {
  std::string name;
  std::unique_ptr<Provider> (*make)(const Services& services);
  std::string config;                            // {URL} is the server
  std::map<std::string, std::string> variables;  // likewise
  std::map<std::string, std::string> logins{};   // path → body: what goes well before the answer does not
  std::string nothing_found{};  // the answer that is this store's word that no secret matches a find, by its name
};

// Of a service account whose token service nobody listens at: the key itself signs, and Secret Manager is asked.
std::string google_key() {
  std::string key =
      R"({"type":"service_account","client_email":"a@b","token_uri":"http://127.0.0.1:1/","private_key":)";
  return key + json::quote(test::RsaKey::shared().pem().reveal()) + "}";
}

constexpr const char* kAzure =
    R"({"vaultUrl":"{URL}","tenantId":"t","environmentType":"AzureStackCloud","useAzureSDK":true,"customCloudConfig":)"
    R"({"activeDirectoryEndpoint":"{URL}/login","keyVaultEndpoint":"https://vault.azure.net"},"authSecretRef":)"
    R"({"clientId":{"name":"aws","key":"id"},"clientSecret":{"name":"aws","key":"key"}}})";

const std::vector<BackEnd> kBackEnds = {
    {"AwsSecretsManager",
     aws::make_provider,
     R"({"service":"SecretsManager","region":"us-east-1","auth":{"secretRef":{"accessKeyIDSecretRef":{"name":"aws","key":"id"},)"
     R"("secretAccessKeySecretRef":{"name":"aws","key":"key"}}}})",
     {{"AWS_SECRETSMANAGER_ENDPOINT", "{URL}"}}},
    {"AwsParameterStore",
     aws::make_provider,
     R"({"service":"ParameterStore","region":"us-east-1","auth":{"secretRef":{"accessKeyIDSecretRef":{"name":"aws","key":"id"},)"
     R"("secretAccessKeySecretRef":{"name":"aws","key":"key"}}}})",
     {{"AWS_SSM_ENDPOINT", "{URL}"}}},
    {"AwsThroughARole",
     aws::make_provider,
     R"({"service":"SecretsManager","region":"us-east-1","role":"r","auth":{"secretRef":{"accessKeyIDSecretRef":)"
     R"({"name":"aws","key":"id"},"secretAccessKeySecretRef":{"name":"aws","key":"key"}}}})",
     {{"AWS_SECRETSMANAGER_ENDPOINT", "{URL}"}, {"AWS_STS_ENDPOINT", "{URL}"}}},
    {"AzureKeyVault",
     azure::make_provider,
     kAzure,
     {},
     {{"/login/t/oauth2/v2.0/token", R"({"token_type":"Bearer","expires_in":3599,"access_token":"good"})"}}},
    {"AzureLogin", azure::make_provider, kAzure, {}},
    {"VaultKv2",
     vault::make_provider,
     R"({"server":"{URL}","path":"secret","auth":{"tokenSecretRef":{"name":"aws","key":"key"}}})",
     {}},
    {"VaultKv1",
     vault::make_provider,
     R"({"server":"{URL}","path":"secret","version":"v1","auth":{"tokenSecretRef":{"name":"aws","key":"key"}}})",
     {}},
    {"VaultLogin",
     vault::make_provider,
     R"({"server":"{URL}","path":"secret","auth":{"appRole":{"roleId":"r","secretRef":{"name":"aws","key":"key"}}}})",
     {}},
    {"Kubernetes",
     make_kubernetes_provider,
     R"({"server":{"url":"{URL}"},"auth":{"token":{"bearerToken":{"name":"aws","key":"key"}}},"remoteNamespace":"other"})",
     {}},
    {"GcpSecretManager",
     gcp::make_provider,
     R"({"projectID":"p","auth":{"secretRef":{"secretAccessKeySecretRef":{"name":"gcp","key":"key"}}}})",
     {{"ROTOR_GCP_SECRETMANAGER_ENDPOINT", "{URL}"}},
     {},
     "EmptyObject"},
    {"Doppler",
     doppler::make_provider,
     R"({"auth":{"secretRef":{"dopplerToken":{"name":"aws","key":"key"}}}})",
     {{"DOPPLER_BASE_URL", "{URL}"}}},
    {"DopplerWithOidc",
     doppler::make_provider,
     R"({"auth":{"oidcConfig":{"identity":"i","serviceAccountRef":{"name":"app"}}}})",
     {{"DOPPLER_BASE_URL", "{URL}"}}},
    {"OnePassword",
     onepassword::make_provider,
     R"({"connectHost":"{URL}","vaults":{"a vault":1},"auth":{"secretRef":{"connectTokenSecretRef":{"name":"aws","key":"key"}}}})",
     {}},
};

std::string with_url(std::string text, const std::string& url) {
  for (auto at = text.find("{URL}"); at != std::string::npos; at = text.find("{URL}", at)) text.replace(at, 5, url);
  return text;
}

class EveryError : public ProviderRig, public testing::WithParamInterface<std::tuple<BackEnd, Answer>> {
 protected:
  EveryError()
      : ProviderRig([](net::ServerRequest request, net::ServerResponse& to) {
          const auto& logins = std::get<0>(GetParam()).logins;
          const auto login = logins.find(request.path);
          return serve(login == logins.end() ? std::get<1>(GetParam()) : Answer{"", 200, login->second, kJson}, to);
        }) {
    const BackEnd& back_end = std::get<0>(GetParam());
    for (const auto& [name, value] : back_end.variables) variables_[name] = with_url(value, url());
    gate_.secrets["team/gcp/key"] = google_key();
    provider_ = back_end.make(services());
  }
  ~EveryError() override { stop(); }

  static Task<> serve(Answer answer, net::ServerResponse& to) {
    if (answer.dropped) {
      to.drop();
      co_return;
    }
    co_await to.respond(answer.status, answer.headers, SecretBytes(answer.body));
  }

  template <class T>
  void expect_an_error(const Lookup<T>& got) {
    EXPECT_FALSE(got.absent()) << got.absence().what;
    EXPECT_FALSE(got.found());
  }
};

TEST_P(EveryError, IsNeitherAbsenceNorAValue) {
  auto client = pump(provider_->make_client(context(with_url(std::get<0>(GetParam()).config, url()))));
  if (!client) return;  // it logs in when it is made
  expect_an_error(pump((*client)->get_secret(remote("key"))));
  expect_an_error(pump((*client)->get_secret(remote("key", "property"))));
  expect_an_error(pump((*client)->get_secret_map(remote("key"))));
  RemoteRef metadata = remote("key");
  metadata.metadata_policy = "Fetch";
  expect_an_error(pump((*client)->get_secret(std::move(metadata))));
  const bool nothing_found = std::get<0>(GetParam()).nothing_found == std::get<1>(GetParam()).name;
  for (const FindRequest& find : {FindRequest{.name_regexp = ".*"}, FindRequest{.tags = kube::StringMap{{"a", "b"}}},
                                  FindRequest{.path = "/a", .name_regexp = ".*"}}) {
    const auto all = pump((*client)->get_all(find));
    if (!all) continue;
    EXPECT_TRUE(nothing_found);
    EXPECT_TRUE(all->empty());
  }
}

INSTANTIATE_TEST_SUITE_P(BackEnds, EveryError,
                         testing::Combine(testing::ValuesIn(kBackEnds), testing::ValuesIn(kAnswers)),
                         [](const auto& row) {
                           return std::get<0>(row.param).name + "_" + std::get<1>(row.param).name;
                         });

}  // namespace
}  // namespace rotor::providers
