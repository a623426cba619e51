// The provider over sockets, at an API server that answers what a test says. K8 and so on are the rows of the behaviour
// table.
#include <deque>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "net/certificates.hpp"
#include "providers/kubernetes/kubernetes.hpp"
#include "tests/providers/provider_rig.hpp"

namespace rotor::providers {
namespace {

using Names = std::vector<std::string>;
using Texts = std::map<std::string, std::string>;

const std::string kToken = R"("auth":{"token":{"bearerToken":{"name":"k8s","key":"token"}}})";
const std::string kSecrets = "GET /api/v1/namespaces/other/secrets";

struct ApiServer {
  struct Answer {
    int status;
    std::string body;
  };
  std::map<std::string, std::deque<Answer>> answers{};  // "GET /path?query", the last of them for ever
  Names calls{};
  Names callers{};  // the credential of each call

  Answer answer(const net::ServerRequest& request) {
    const bool read = request.method == "GET" && !request.query.empty();
    const std::string call = request.method + " " + request.path + (read ? "?" + *percent_decode(request.query) : "");
    calls.push_back(call);
    const std::string* sent = net::find_header(request.headers, "Authorization");
    callers.push_back(sent == nullptr ? request.client_common_name : *sent);
    const auto found = answers.find(call);
    if (found == answers.end()) {
      return {404, R"({"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404,"message":)"
                   R"("secrets \"x\" not found","details":{"name":"x","kind":"secrets"}})"};
    }
    Answer next = found->second.front();
    if (found->second.size() > 1) found->second.pop_front();
    return next;
  }

  static Task<> serve(ApiServer& self, net::ServerRequest request, net::ServerResponse& response) {
    Answer answer = self.answer(request);
    co_await response.respond(answer.status, {{"Content-Type", "application/json"}}, SecretBytes(answer.body));
  }
};

std::string secret(const std::string& name, const std::string& data) {
  return fmt::format(R"({{"metadata":{{"name":"{}","labels":{{"dev":"seb"}}}},"data":{{{}}}}})", name, data);
}
std::string list(const std::string& items, const std::string& next = "") {
  return fmt::format(
      R"({{"kind":"SecretList","apiVersion":"v1","metadata":{{"resourceVersion":"7","continue":"{}"}},"items":[{}]}})",
      next, items);
}

class KubernetesFlow : public ProviderRig {
 protected:
  KubernetesFlow()
      : ProviderRig(
            [this](net::ServerRequest r, net::ServerResponse& w) { return ApiServer::serve(api_, std::move(r), w); }) {
    gate_.secrets["team/k8s/token"] = "bearer-1";
    provider_ = make_kubernetes_provider(services());
  }
  ~KubernetesFlow() override { stop(); }

  std::string block(const std::string& more = kToken) const {
    return fmt::format(R"({{"server":{{"url":"{}"}},"remoteNamespace":"other"{}}})", url(),
                       more.empty() ? more : "," + more);
  }
  Result<std::unique_ptr<SecretsClient>> open(StoreContext c) { return pump(provider_->make_client(std::move(c))); }
  std::unique_ptr<SecretsClient> client() { return *open(context(block())); }
  Result<Texts> find(FindRequest request) {
    const auto got = pump(client()->get_all(std::move(request)));
    if (!got) return std::unexpected(got.error());
    Texts texts;
    for (const auto& [key, value] : *got) texts.emplace(key, value.reveal());
    return texts;
  }

  ApiServer api_;
};

TEST_F(KubernetesFlow, K8_ASecretThatTheServerSaysIsNotThereIsAbsentInGetAndExtract) {
  auto store = client();
  EXPECT_TRUE(pump(store->get_secret(remote("x"))).absent());
  EXPECT_TRUE(pump(store->get_secret_map(remote("x"))).absent());
  EXPECT_EQ(api_.callers, (Names{"Bearer bearer-1", "Bearer bearer-1"}));
}

TEST_F(KubernetesFlow, K7_APropertyThatIsNotThereIsAMistakeAndNoAbsence) {
  api_.answers[kSecrets + "/s"] = {{200, secret("s", R"("a":"Yg==")")}};
  EXPECT_EQ(text_of(pump(client()->get_secret(remote("s", "a")))), "b");
  const auto missing = pump(client()->get_secret(remote("s", "b")));
  ASSERT_TRUE(missing.failed());
  EXPECT_EQ(missing.error().message, "property b does not exist in data of secret \"s\"");
  EXPECT_TRUE(pump(client()->get_secret_map(remote("s", "b"))).failed());
}

TEST_F(KubernetesFlow, K11_ANameIsARegularExpressionOverTheNamesOfSecrets) {
  api_.answers[kSecrets + "?limit=500"] = {
      {200, list(secret("mysec", R"("token":"Zm9v")") + "," + secret("other", R"("token":"YmFy")"))}};
  EXPECT_EQ(find({.name_regexp = "other"}), (Texts{{"other", R"({"token":"bar"})"}}));
  EXPECT_EQ(find({.name_regexp = "nobody"}), Texts{});
  EXPECT_EQ(find({.name_regexp = "("}).error().code, Code::kInvalid);
  EXPECT_EQ(counter_.counts["Kubernetes/ListSecrets/success"], 2);
}

TEST_F(KubernetesFlow, ASearchSaysOfWhichSecretsAKeyIsNoText) {  // 10.4 #51
  std::string secrets = secret("text", R"("token":"Zm9v")");
  for (int i = 0; i < 7; ++i) secrets += "," + secret(fmt::format("bin-{}", i), R"("blob":"/w==")");
  api_.answers[kSecrets + "?limit=500"] = {{200, list(secrets)}};
  const auto found = pump(client()->get_all({.name_regexp = "."}));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found.altered().starts_with("key \"blob\" of Secret \"bin-0\", ")) << found.altered();
  EXPECT_TRUE(found.altered().contains("\"bin-4\" and 2 more: no UTF-8 text")) << found.altered();
  EXPECT_TRUE(found.altered().ends_with("; dataFrom.extract reads each of its keys as it is")) << found.altered();
  EXPECT_EQ(pump(client()->get_all({.name_regexp = "text"})).altered(), "") << "only of what was found";
}

TEST_F(KubernetesFlow, K12_TagsAreLabelsThatTheServerLooksForAndWinOverAName) {
  api_.answers[kSecrets + "?labelSelector=app=foobar,x.io/a=&limit=500"] = {{200, list(secret("s", ""))}};
  EXPECT_EQ(find({.name_regexp = "never", .tags = kube::StringMap{{"app", "foobar"}, {"x.io/a", ""}}}),
            (Texts{{"s", "{}"}}));
  api_.answers[kSecrets + "?limit=500"] = {{200, list(secret("a", "") + "," + secret("b", ""))}};
  EXPECT_EQ(find({.tags = kube::StringMap{}})->size(), 2U) << "no tag means all";
}

TEST_F(KubernetesFlow, WhatCannotBeFoundByIsRefusedBeforeAnyCall) {
  const auto path = find({.path = "a"});
  EXPECT_TRUE(path.error().message.starts_with("unexpected find operator: ")) << path.error().message;
  const std::vector<std::pair<std::string, std::string>> bad = {{"a b", ""},    {"", ""},    {"a,b", ""},
                                                                {"-a", ""},     {"/a", ""},  {"X.io/a", ""},
                                                                {"a", "b,c=d"}, {"a", "b!"}, {"a", "-"}};
  for (const auto& [name, value] : bad) {
    const auto got = find({.tags = kube::StringMap{{name, value}}});
    EXPECT_TRUE(got.error().message.starts_with("unable to validate selector tags: ")) << name << "=" << value;
  }
  EXPECT_TRUE(api_.calls.empty());
}

TEST_F(KubernetesFlow, ListsAreReadInPagesAndBeginAgainOnceWhenForgotten) {
  const ApiServer::Answer gone{410, R"({"kind":"Status","reason":"Expired","code":410,"message":"too old"})"};
  api_.answers[kSecrets + "?limit=500"] = {{200, list(secret("a", ""), "t1")}, {200, list(secret("b", ""), "t1")}};
  api_.answers[kSecrets + "?limit=500&continue=t1"] = {gone, {200, list(secret("c", ""))}};
  EXPECT_EQ(find({.name_regexp = "."}), (Texts{{"b", "{}"}, {"c", "{}"}})) << "what the first pass read counts no more";
  api_.answers[kSecrets + "?limit=500&continue=t1"] = {gone};
  const auto twice = find({.name_regexp = "."});
  EXPECT_EQ(twice.error().code, Code::kGone);
  EXPECT_TRUE(twice.error().message.starts_with("unable to list secrets: ")) << twice.error().message;
}

TEST_F(KubernetesFlow, NothingButAListOfSecretsIsOne) {
  for (const char* body : {"null", "{}", "[]", R"({"data":null})", R"({"kind":"SecretList"})",
                           R"({"kind":"SecretList","items":null})", R"({"kind":"PodList","items":[]})",
                           R"({"kind":"SecretList","items":[{}]})", R"({"kind":"SecretList","items":[{"metadata":)"}) {
    api_.answers[kSecrets + "?limit=500"] = {{200, body}};
    EXPECT_FALSE(find({.name_regexp = "."})) << body;
  }
  api_.answers.clear();
  EXPECT_EQ(find({.name_regexp = "."}).error().code, Code::kUnavailable) << "a list that is not served is no absence";
}

TEST_F(KubernetesFlow, K29_ValidateAsksWhetherSecretsMayBeRead) {
  const std::string rules = "POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
  const std::string access = "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  const auto rule = [](const std::string& resource, const std::string& verb) {
    return fmt::format(
        R"({{"status":{{"resourceRules":[{{"apiGroups":["","*"],"resources":["{}"],"verbs":["{}"]}}]}}}})", resource,
        verb);
  };
  const auto verdict = [&] { return pump(client()->validate()); };
  api_.answers[rules] = {{201, rule("secrets", "get")}, {201, rule("*", "*")}, {201, rule("secrets", "update")}};
  EXPECT_EQ(verdict().validity, Validity::kReady);
  EXPECT_EQ(verdict().validity, Validity::kReady);
  api_.answers[access] = {{201, R"({"status":{"allowed":true}})"}, {201, R"({"status":{"allowed":false}})"}};
  EXPECT_EQ(verdict().validity, Validity::kReady);
  const Validation denied = verdict();
  EXPECT_EQ(denied.validity, Validity::kError);
  EXPECT_EQ(denied.error->message, "client is not allowed to get secrets");
  api_.answers.clear();
  const Validation unknown = verdict();
  EXPECT_EQ(unknown.validity, Validity::kUnknown);
  EXPECT_TRUE(unknown.error->message.starts_with("could not verify if client is valid: "));
}

TEST_F(KubernetesFlow, K30_ExactlyOneWayToLogInIsTaken) {
  const std::string account = R"("serviceAccount":{"name":"app"})";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("authRef":{"name":"k","key":"c"},)" + kToken, "authRef and inline auth cannot both be set"},
      {"", "no auth provider given: set auth.serviceAccount, auth.token or auth.cert"},
      {R"("auth":{})", "no auth provider given: set auth.serviceAccount, auth.token or auth.cert"},
      {R"("auth":{"token":{"bearerToken":{"name":"k8s","key":"token"}},)" + account + "}",
       "multiple auth methods provided: set exactly one of Token, ServiceAccount, or Cert"},
      {R"("auth":{"token":{"bearerToken":{"name":"k8s","key":"no"}}})",
       "could not fetch Auth.Token.BearerToken: cannot find secret data for key: \"no\""},
      {R"("auth":{"cert":{"clientCert":{"name":"k8s","key":"no"},"clientKey":{"name":"k8s","key":"token"}}})",
       "could not fetch client key and cert: unable to fetch client certificate: cannot find secret data for key: "
       "\"no\""},
      {R"("auth":{"cert":{"clientCert":{"name":"k8s","key":"token"},"clientKey":{"name":"k8s","key":"no"}}})",
       "could not fetch client key and cert: unable to fetch client key: cannot find secret data for key: \"no\""},
  };
  for (const auto& [more, message] : cases) {
    const auto refused = open(context(block(more)));
    ASSERT_FALSE(refused) << more;
    EXPECT_EQ(refused.error().message, "failed to prepare auth: " + message);
  }
}

// The cluster's API server as it issues tokens: each for an hour, all of them other ones.
struct Issuer final : ReferenceGate {
  Issuer(ReferenceGate& all, const Clock& clock) : all(all), clock(clock) {}
  Task<Result<SecretBytes>> secret_value(Scope scope, api::es::SecretKeySelector ref) override {
    co_return co_await all.secret_value(std::move(scope), std::move(ref));
  }
  Task<Result<kube::StringMap>> config_map(Scope, std::string, std::optional<std::string>) override {
    co_return fail(Code::kInvalid, "there is no ConfigMap here");
  }
  Task<Result<kube::StringMap>> service_account_annotations(Scope, api::es::ServiceAccountSelector) override {
    co_return kube::StringMap();
  }
  Task<Result<std::vector<std::string>>> service_account_secrets(Scope, api::es::ServiceAccountSelector) override {
    co_return std::vector<std::string>();
  }
  Task<Result<kube::IssuedToken>> service_account_token(Scope, api::es::ServiceAccountSelector,
                                                        kube::TokenRequest request) override {
    audiences = request.audiences;
    if (refuses) co_return fail(Code::kInvalid, "serviceaccounts \"app\" not found");
    co_return kube::IssuedToken{SecretBytes(fmt::format("jwt-{}", ++issued)), clock.now() + std::chrono::hours(1)};
  }

  ReferenceGate& all;
  const Clock& clock;
  Names audiences{};
  bool refuses = false;
  int issued = 0;
};

class KubernetesAccount : public KubernetesFlow {
 protected:
  KubernetesAccount() { api_.answers[kSecrets + "/s"] = {good_}; }
  ~KubernetesAccount() override { stop(); }

  std::unique_ptr<SecretsClient> account() {
    StoreContext c = context(block(R"("auth":{"serviceAccount":{"name":"app","audiences":["other-cluster"]}})"));
    auto made = open({.store = c.store, .consumer_ns = c.consumer_ns, .gate = issuer_});
    return made ? *std::move(made) : nullptr;
  }
  // As the next reconcile does.
  std::string read(const SecretsClient& store) {
    return text_of(pump(store.again()->get_secret(remote("s", "a")))).value_or("no value");
  }

  const ApiServer::Answer good_{200, secret("s", R"("a":"Yg==")")};
  const ApiServer::Answer refused_{401, R"({"kind":"Status","reason":"Unauthorized","code":401,"message":"no"})"};
  Issuer issuer_{gate_, clock_};
};

TEST_F(KubernetesAccount, HasOneTokenForItsAudiencesAndAllItsClients) {
  for (int i = 0; i < 2; ++i) EXPECT_EQ(read(*account()), "b");
  EXPECT_EQ(issuer_.audiences, Names{"other-cluster"});
  EXPECT_EQ(api_.callers, (Names{"Bearer jwt-1", "Bearer jwt-1"}));
}

// 5.2
TEST_F(KubernetesAccount, WhoseTokenCannotBeHadIsSaid) {
  issuer_.refuses = true;
  StoreContext c = context(block(R"("auth":{"serviceAccount":{"name":"app"}})"));
  const auto refused = open({.store = c.store, .consumer_ns = c.consumer_ns, .gate = issuer_});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "failed to prepare auth: could not fetch Auth.ServiceAccount: cannot create service account token: "
            "\"serviceaccounts \\\"app\\\" not found\"");
}

// 10.4 #47
TEST_F(KubernetesAccount, ItsTokenIsKeptForFourFifthsOfItsLife) {
  auto store = account();
  clock_.advance(std::chrono::minutes(47));
  EXPECT_EQ(read(*store), "b");
  EXPECT_EQ(issuer_.issued, 1);
  clock_.advance(std::chrono::minutes(2));
  EXPECT_EQ(read(*store), "b");
  EXPECT_EQ(api_.callers.back(), "Bearer jwt-2");
}

TEST_F(KubernetesAccount, ATokenThatIsRefusedInTheMiddleIsReplacedOnceUnseen) {
  auto store = account();
  EXPECT_EQ(read(*store), "b");
  api_.answers[kSecrets + "/s"] = {refused_, good_};
  EXPECT_EQ(read(*store), "b");
  EXPECT_EQ(api_.callers, (Names{"Bearer jwt-1", "Bearer jwt-1", "Bearer jwt-2"}));
  EXPECT_EQ(read(*account()), "b");
  EXPECT_EQ(api_.callers.back(), "Bearer jwt-2") << "the new one is everybody's";
}

TEST_F(KubernetesAccount, AServerThatTakesNoTokenCostsNoneACall) {
  api_.answers[kSecrets + "/s"] = {refused_};
  auto store = account();
  for (int i = 0; i < 3; ++i) {
    const auto got = pump(store->get_secret(remote("s", "a")));
    ASSERT_TRUE(got.failed());
    EXPECT_EQ(got.error().code, Code::kUnauthenticated);
  }
  EXPECT_EQ(issuer_.issued, 1);
  clock_.advance(std::chrono::minutes(2));
  EXPECT_TRUE(pump(store->get_secret(remote("s", "a"))).failed());
  EXPECT_EQ(issuer_.issued, 2);
}

// Who is handed a client by whom: connections live with it.
struct CountedClients final : HttpClients {
  explicit CountedClients(HttpClients& all) : all(all) {}
  Result<std::shared_ptr<net::HttpClient>> get(net::TlsConfig tls, net::Reach reach) override {
    auto client = all.get(std::move(tls), reach);
    given.push_back(client->get());
    return client;
  }
  HttpClients& all;
  std::vector<net::HttpClient*> given;
};

TEST_F(KubernetesFlow, TheNextReconcileUsesTheConnectionsOfTheOneBefore) {
  CountedClients clients(*http_);
  Services lent = services();
  const Services counted{lent.executor, lent.clock, clients, lent.calls, lent.environment};
  auto provider = make_kubernetes_provider(counted);
  api_.answers[kSecrets + "/s"] = {{200, secret("s", R"("a":"Yg==")")}};
  for (int i = 0; i < 2; ++i) {
    auto store = *pump(provider->make_client(context(block())));
    EXPECT_EQ(text_of(pump(store->get_secret(remote("s", "a")))), "b");
  }
  ASSERT_EQ(clients.given.size(), 2U);
  EXPECT_EQ(clients.given[0], clients.given[1]);
}

TEST_F(KubernetesFlow, AKubeconfigInASecretSaysWhereAndWho) {
  api_.answers[kSecrets + "/s"] = {{200, secret("s", R"("a":"Yg==")")}};
  gate_.secrets["team/kubeconfig/config"] =
      "current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\nclusters: [{name: k, cluster: "
      "{server: '" +
      url() + "'}}]\nusers: [{name: u, user: {token: of-kubeconfig}}]\n";
  auto store = open(context(R"({"authRef":{"name":"kubeconfig","key":"config"},"remoteNamespace":"other"})"));
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(text_of(pump((*store)->get_secret(remote("s", "a")))), "b");
  EXPECT_EQ(api_.callers, Names{"Bearer of-kubeconfig"});
}

TEST_F(KubernetesFlow, AProxyOfAKubeconfigIsNoWayToTheControllersLoopback) {
  gate_.secrets["team/kubeconfig/config"] =
      "current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\nclusters: [{name: k, cluster: "
      "{server: 'https://other.example', proxy-url: '" +
      url() + "'}}]\nusers: [{name: u, user: {token: t}}]\n";
  const std::string text = R"({"authRef":{"name":"kubeconfig","key":"config"},"remoteNamespace":"other"})";
  const auto said = [&](bool allowed) {
    StoreContext c = context(text);
    c.allow_controller_identity = allowed;
    auto store = open(std::move(c));
    if (!store) return store.error().message;
    const auto got = pump((*store)->get_secret(remote("s", "a")));
    return got.failed() ? got.error().message : std::string("no error");
  };
  variables_["KUBERNETES_SERVICE_HOST"] = "10.0.0.1";
  const std::string refused = said(false);
  EXPECT_TRUE(refused.contains("127.0.0.1, a loopback address, which is out of bounds here")) << refused;
  EXPECT_TRUE(refused.contains("authRef: proxy-url")) << refused;
  EXPECT_TRUE(api_.calls.empty());
  const std::string allowed = said(true);
  EXPECT_FALSE(allowed.contains("out of bounds")) << allowed;
  EXPECT_FALSE(api_.calls.empty()) << "the proxy was asked for a tunnel";
}

TEST_F(KubernetesFlow, AClusterStoreWhoseServiceAccountDependsOnTheConsumerIsUnknownWithoutOne) {
  StoreContext c = context(block(R"("auth":{"serviceAccount":{"name":"app"}})"));
  c.store.kind = "ClusterSecretStore";
  c.store.ns.clear();
  c.consumer_ns.clear();
  auto store = open(std::move(c));
  ASSERT_TRUE(store) << store.error().message;
  const Validation validation = pump((*store)->validate());
  EXPECT_EQ(validation.validity, Validity::kUnknown);
  EXPECT_FALSE(validation.error);
  EXPECT_TRUE(pump((*store)->get_secret(remote("s"))).failed());
  EXPECT_FALSE(pump((*store)->get_all({.name_regexp = "."})));
}

// Another cluster, whose authority is its own and which knows people by certificates.
const net::KeyPair& authority() {
  static const net::KeyPair ca = net::make_ca("other cluster", SystemClock().now(), std::chrono::hours(1));
  return ca;
}
net::KeyPair issued(const std::string& name) {
  return net::issue_certificate(authority(), name, {"localhost"}, SystemClock().now(), std::chrono::hours(1));
}
net::ServerConfig other_cluster() {
  net::KeyPair own = issued("kube-apiserver");
  return {.certificate_pem = own.certificate_pem,
          .key_pem = std::move(own.key_pem),
          .client_ca_pem = authority().certificate_pem};
}

class KubernetesByCertificate : public ProviderRig {
 protected:
  KubernetesByCertificate()
      : ProviderRig(
            [this](net::ServerRequest r, net::ServerResponse& w) { return ApiServer::serve(api_, std::move(r), w); },
            other_cluster()) {
    const net::KeyPair reader = issued("reader");
    gate_.secrets["team/cert/tls.crt"] = reader.certificate_pem;
    gate_.secrets["team/cert/tls.key"] = std::string(reader.key_pem.reveal());
    api_.answers[kSecrets + "/s"] = {{200, secret("s", R"("a":"Yg==")")}};
    provider_ = make_kubernetes_provider(services());
  }
  ~KubernetesByCertificate() override { stop(); }

  Result<std::string> read(const std::string& ca_bundle) {
    auto store = pump(provider_->make_client(
        context(fmt::format(R"({{"server":{{"url":"{}","caBundle":"{}"}},"remoteNamespace":"other",)"
                            R"("auth":{{"cert":{{"clientCert":{{"name":"cert","key":"tls.crt"}},)"
                            R"("clientKey":{{"name":"cert","key":"tls.key"}}}}}}}})",
                            url(), ca_bundle))));
    if (!store) return std::unexpected(store.error());
    return text_of(pump((*store)->get_secret(remote("s", "a"))));
  }

  ApiServer api_;
};

TEST_F(KubernetesByCertificate, ALogInByCertificateAtAServerOfAnotherAuthority) {
  EXPECT_EQ(read(base64_encode(authority().certificate_pem)), "b");
  EXPECT_EQ(api_.callers, Names{"reader"});
  const auto untrusted = read("");
  ASSERT_FALSE(untrusted);
  EXPECT_EQ(untrusted.error().code, Code::kUnavailable) << "a server that is not trusted says nothing of a secret";
}

struct BlockCase {
  std::string block;
  std::string message;  // empty: fine
  std::size_t warnings = 0;
};

TEST_F(KubernetesFlow, K27_K28_ChecksTheBlock) {
  const std::string foreign =
      ": namespace should either be empty or match the namespace of the SecretStore for a namespaced SecretStore";
  const auto token = [](const std::string& ref) { return R"({"auth":{"token":{"bearerToken":{)" + ref + "}}}}"; };
  const auto cert = [](const std::string& one, const std::string& other) {
    return R"({"auth":{"cert":{"clientCert":{)" + one + R"(},"clientKey":{)" + other + "}}}}";
  };
  const std::string good = R"("name":"n","key":"k")";
  const std::string elsewhere = R"("name":"n","key":"k","namespace":"evil")";
  const std::vector<BlockCase> cases = {
      {token(good), "", 1},
      {R"({"authRef":{"name":"n","key":"k"}})", "", 0},
      {R"({"server":{"caBundle":"eA=="},"auth":{"token":{"bearerToken":{"name":"n","key":"k"}}}})", "", 0},
      {token(R"("key":"k")"), "BearerToken.Name cannot be empty"},
      {token(R"("name":"n")"), "BearerToken.Key cannot be empty"},
      {token(elsewhere), "BearerToken" + foreign},
      {cert(good, good), "", 1},
      {cert(R"("key":"k")", good), "ClientCert.Name cannot be empty"},
      {cert(R"("name":"n")", good), "ClientCert.Key cannot be empty"},
      {cert(elsewhere, good), "ClientCert" + foreign},
      {cert(good, R"("name":"n")"), "ClientKey.Key cannot be empty"},
      {cert(good, elsewhere), "ClientKey" + foreign},
      {R"({"authRef":{"name":"n"}})", "AuthRef.Key cannot be empty"},
      {R"({"authRef":{"name":"n","key":"k","namespace":"evil"}})", "AuthRef" + foreign},
      {R"({"auth":{"serviceAccount":{"name":"a","namespace":"evil"}}})", "ServiceAccount" + foreign},
      {R"({"server":{"caProvider":{"type":"Secret","name":"c","key":"k","namespace":"team"}},"auth":{}})",
       "CAProvider.namespace must be empty with SecretStore"},
  };
  for (const BlockCase& c : cases) {
    const auto checked = provider_->validate_store(store_with(c.block));
    EXPECT_EQ(checked ? "" : checked.error().message, c.message) << c.block;
    if (checked) EXPECT_EQ(checked->size(), c.warnings) << c.block;
  }
}

TEST_F(KubernetesFlow, TheServersAddressIsOneThatAStoreMayName) {
  for (const char* bad : {"http://other.example", "https://169.254.169.254", "https://u@other.example", "ftp://x"}) {
    const std::string text = fmt::format(R"({{"server":{{"url":"{}"}},{}}})", bad, kToken);
    const auto checked = provider_->validate_store(store_with(text));
    ASSERT_FALSE(checked) << bad;
    EXPECT_TRUE(checked.error().message.starts_with("spec.provider.kubernetes.server.url")) << checked.error().message;
    EXPECT_FALSE(open(context(text))) << bad;
  }
  for (const char* good : {"", "kubernetes.default", "other.example:6443", "https://10.0.0.1"}) {
    EXPECT_TRUE(provider_->validate_store(store_with(fmt::format(R"({{"server":{{"url":"{}"}},{}}})", good, kToken))))
        << good;
  }
}

TEST_F(KubernetesFlow, WhatNoSecretCouldHoldEndsTheSearch) {
  std::string data;
  for (int i = 0; i < 300 << 10; ++i) data += "eHh4";  // 900 KiB
  data = "\"k\":\"" + data + "\"";
  const std::string page = list(secret("a", data) + "," + secret("b", data), "more");
  std::string other = page;
  for (auto at = other.find(R"("name":")"); at != std::string::npos; at = other.find(R"("name":")", at + 1)) {
    other.insert(at + 8, "c");
  }
  std::string third = other;
  for (auto at = third.find(R"("name":")"); at != std::string::npos; at = third.find(R"("name":")", at + 1)) {
    third.insert(at + 8, "d");
  }
  api_.answers[kSecrets + "?limit=500"] = {{200, page}};
  api_.answers[kSecrets + "?limit=500&continue=more"] = {{200, other}, {200, third}};
  const auto found = find({.name_regexp = "."});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::kInvalid);
  EXPECT_TRUE(found.error().message.contains("find: the first 5 matches are more than 4 MiB together"))
      << found.error().message.substr(0, 200);
}

}  // namespace
}  // namespace rotor::providers
