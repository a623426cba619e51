// The Webhook generator: its request and its answer as tables, and the call over loopback.
#include "generators/webhook.hpp"

#include <gtest/gtest.h>

#include "generators/json_path.hpp"
#include "generators/webhook_answer.hpp"
#include "generators/webhook_request.hpp"
#include "tests/providers/provider_rig.hpp"

namespace rotor::generators {
namespace {

using api::gen::WebhookSpec;

WebhookSpec spec_of(std::string_view text) {
  auto spec = json::read<WebhookSpec>(text);
  EXPECT_TRUE(spec) << spec.error().message;
  return spec ? *std::move(spec) : WebhookSpec{};
}

WebhookData canary() {
  SecretMap values;
  values.emplace("key", SecretBytes("canary-31"));
  values.emplace("line", SecretBytes("canary-31\n"));
  values.emplace("host", SecretBytes("169.254.169.254"));
  WebhookData data;
  data.emplace("login", std::move(values));
  return data;
}

TEST(WebhookRequest, IsRenderedFromTheSecrets) {
  const auto call = render_webhook(spec_of(R"({"url":"https://x.example/{{ .login.key }}?a=1","method":"POST",
    "headers":{"Authorization":"Bearer {{ .login.key }}","X-Plain":"1"},"body":"{\"k\":\"{{ .login.key | upper }}\"}",
    "result":{"jsonPath":"$.{{ \"data\" }}"}})"),
                                   canary(), {});
  ASSERT_TRUE(call) << call.error().message;
  EXPECT_EQ(call->request.url, "https://x.example/canary-31?a=1");
  EXPECT_EQ(call->request.method, "POST");
  EXPECT_EQ(*net::find_header(call->request.headers, "Authorization"), "Bearer canary-31");
  EXPECT_EQ(call->request.body, SecretBytes(R"({"k":"CANARY-31"})"));
  EXPECT_EQ(call->json_path, "$.data");
}

TEST(WebhookRequest, IsAGetWithoutBodyWhenNothingElseIsSaid) {
  const auto call = render_webhook(spec_of(R"({"url":"https://x.example/","result":{}})"), {}, {});
  ASSERT_TRUE(call);
  EXPECT_EQ(call->request.method, "GET");
  EXPECT_TRUE(call->request.body.empty());
}

struct RefusedWebhook {
  std::string_view spec, message;
};
class RefusedRequest : public testing::TestWithParam<RefusedWebhook> {};

TEST_P(RefusedRequest, NamesTheFieldAndNoValue) {
  const WebhookSpec spec = spec_of(GetParam().spec);
  auto checked = check_webhook(spec);
  std::string message = checked ? "" : checked.error().message;
  if (checked) {
    const auto call = render_webhook(spec, canary(), {});
    message = call ? "it was rendered" : call.error().message;
  }
  EXPECT_TRUE(message.starts_with(GetParam().message)) << message;
  EXPECT_FALSE(message.contains("canary-31")) << message;
}

TEST(WebhookRequest, GoesOverPlainHttpWhereTheAdministratorPermitsIt) {
  const WebhookSpec spec = spec_of(R"({"url":"http://x.example/{{ .login.key }}","result":{}})");
  EXPECT_FALSE(render_webhook(spec, canary(), {}));
  const auto call = render_webhook(spec, canary(), {}, providers::PlainHttp::kAnywhere);
  ASSERT_TRUE(call) << call.error().message;
  EXPECT_TRUE(call->request.url.starts_with("http://x.example/"));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, RefusedRequest,
    testing::Values(
        RefusedWebhook{R"({"result":{}})", "spec.url is empty"},
        RefusedWebhook{R"({"url":"https://x.example","result":{},"auth":{"ntlm":{"usernameSecret":{"name":"a"},
                          "passwordSecret":{"name":"a"}}}})",
                       "spec.auth.ntlm.usernameSecret needs the name of a Secret and one of its keys"},
        RefusedWebhook{R"({"url":"https://x.example","result":{},"method":"GET /"})",
                       "spec.method is no HTTP method; write one such as GET or POST"},
        RefusedWebhook{R"({"url":"https://x.example","result":{},"headers":{"A B":"1"}})",
                       "spec.headers: \"A B\" cannot be the name of a header"},
        RefusedWebhook{R"({"url":"https://x.example","result":{},"headers":{"Host":"other"}})",
                       "spec.headers: Host is set by the client itself; leave it out"},
        RefusedWebhook{R"({"url":"https://x.example","result":{},"timeout":"soon"})", "spec.timeout \"soon\": "},
        RefusedWebhook{R"({"url":"https://x.example","result":{},"headers":{"X":"{{ .login.line }}"}})",
                       "spec.headers: the value of X holds a line break or a zero byte; trim it in the template: "
                       "{{ .name.key | trim }}"},
        RefusedWebhook{R"({"url":"http://x.example/","result":{}})",
                       "spec.url: \"http://x.example/\" would send credentials in the clear"},
        RefusedWebhook{R"({"url":"http://169.254.1.1/latest","result":{}})",
                       "spec.url: \"http://169.254.1.1/latest\" is an address of the node"},
        // The same by way of a Secret, and an address that a Secret stands in, which is not shown.
        RefusedWebhook{R"({"url":"http://{{ .login.host }}/latest","result":{}})",
                       "spec.url: what its template gives cannot be called: "},
        RefusedWebhook{R"({"url":"http://x.example/{{ .login.key }}","result":{}})",
                       "spec.url: what its template gives cannot be called: "},
        RefusedWebhook{R"({"url":"https://x.example/{{ .login.line }}","result":{}})",
                       "spec.url: what its template gives cannot be called: "},
        RefusedWebhook{R"({"url":"https://user:{{ .login.key }}@x.example/","result":{}})",
                       "spec.url: what its template gives cannot be called: "},
        RefusedWebhook{R"({"url":"https://x.example/{{ .login.key","result":{}})",
                       "failed to parse url: template: url:1:"},
        RefusedWebhook{R"({"url":"https://x.example","body":"{{ nope }}","result":{}})",
                       "failed to parse body: template: body:1: function \"nope\" not defined"},
        RefusedWebhook{R"({"url":"https://x.example","headers":{"X":"{{ fail .login.key }}"},"result":{}})",
                       "failed to parse header X: "}));

TEST(WebhookRequest, MayTakeAMinuteAtMost) {
  const auto timeout = [](std::string_view text) {
    return *webhook_timeout(spec_of(R"({"url":"https://x","result":{},"timeout":")" + std::string(text) + "\"}"));
  };
  EXPECT_EQ(timeout(""), std::chrono::minutes(1));
  EXPECT_EQ(timeout("0"), std::chrono::minutes(1));
  EXPECT_EQ(timeout("1500ms"), std::chrono::milliseconds(1500));
  EXPECT_EQ(timeout("2h"), std::chrono::minutes(1));
}

TEST(WebhookRequest, IsSpokenOfWithoutTheValuesInIt) {
  const Error error = without_secrets({Code::kUnavailable, "cannot connect to canary-31.example: canary-31"}, canary());
  EXPECT_EQ(error.message, "cannot connect to (withheld).example: (withheld)");
}

struct PathCase {
  std::string_view path, found;  // or the message
};
class JsonPaths : public testing::TestWithParam<PathCase> {};

TEST_P(JsonPaths, LeadToOnePlace) {
  constexpr std::string_view kDocument = R"({"a":{"b":[1,{"c":"x"},3]},"d.e":{"f g":true},"a":{"b":[7,{"c":"y"},9]}})";
  const auto path = parse_json_path(GetParam().path);
  const auto found = path ? find_json(kDocument, *path) : Result<std::string_view>(std::unexpected(path.error()));
  EXPECT_EQ(found ? std::string(*found) : found.error().message, GetParam().found);
}

constexpr std::string_view kMany =
    "it selects several places, and the result is one object; write a path of names and numbers";

INSTANTIATE_TEST_SUITE_P(
    Cases, JsonPaths,
    testing::Values(PathCase{"$.a.b[1].c", R"("y")"}, PathCase{"$['a'][\"b\"][0]", "7"}, PathCase{"$.a.b[-1]", "9"},
                    PathCase{"$['d.e']['f g']", "true"}, PathCase{"a.b", "at character 1: it must begin with $"},
                    PathCase{"$a", "at character 2: expected . or ["},
                    PathCase{"$.", "at character 3: a name is missing"},
                    PathCase{"$.a.b[x]", "at character 7: between [ and ] stands a whole number, or a name in quotes"},
                    PathCase{"$.a.b[1", "at character 7: ] is missing"},
                    PathCase{"$['a", "at character 5: the quote or ] is missing"},
                    PathCase{"$.a.x", "there is no such member at step 2"},
                    PathCase{"$.a.b[3]", "there is no such element at step 3"},
                    PathCase{"$.a.b.c", "there is no such member at step 3"}));

TEST(JsonPaths, ThatSelectSeveralPlacesAreRefused) {
  for (const std::string_view path : {"$..a", "$.*", "$[*]", "$.a.b[0:2]", "$.a.b[0,1]", "$.a.b[?(@.c=='x')]"}) {
    const auto parsed = parse_json_path(path);
    ASSERT_FALSE(parsed) << path;
    EXPECT_TRUE(parsed.error().message.ends_with(kMany)) << parsed.error().message;
  }
}

std::string answer(std::string_view body, std::string_view path = "", int status = 200) {
  const auto values = webhook_values({status, {}, SecretBytes(body)}, path, path);
  if (values.absent()) return "absent: " + values.absence().what;
  if (values.failed()) return "error: " + values.error().message;
  std::string out;
  for (const auto& [key, value] : *values) out += key + "=" + std::string(value.reveal()) + ";";
  return out;
}

TEST(WebhookAnswer, GivesOneKeyForEachMember) {
  EXPECT_EQ(answer(R"({"s":"x","i":12345678901234567890,"f":1.50,"e":1e3,"t":true,"n":null,"l":[1, 2],
                       "o":{"b":"<","a":1}})"),
            R"(e=1000;f=1.5;i=12345678901234567890;l=[1,2];n=;o={"a":1,"b":"\u003c"};s=x;t=true;)");
  EXPECT_EQ(answer(R"({"data":{"a":"1"}})", "$.data"), "a=1;");
  EXPECT_EQ(answer(R"({"data":"{\"a\":\"1\"}"})", "$.data"), "a=1;") << "a text that holds a document";
}

TEST(WebhookAnswer, IsAbsenceOnlyWhenTheServerSays404) {
  EXPECT_EQ(answer("", "", 404), "absent: Secret does not exist: the endpoint answered 404");
}

TEST(WebhookAnswer, ThatIsNoObjectIsRefusedWithoutQuotingIt) {
  EXPECT_EQ(answer(R"(["canary-31"])"),
            "error: failed to get response (wrong type: an array); spec.result.jsonPath must "
            "lead to an object, each of whose members becomes a key");
  EXPECT_TRUE(answer("canary-31").starts_with("error: failed to parse response json: "));
  EXPECT_FALSE(answer("canary-31").contains("canary-31"));
  EXPECT_TRUE(answer(R"({"data":"canary-31"})", "$.data")
                  .starts_with("error: failed to parse response json from "
                               "jsonpath: "));
  EXPECT_FALSE(answer(R"({"data":"canary-31"})", "$.data").contains("canary-31"));
  EXPECT_EQ(answer(R"({"a":1})", "$.data"),
            "error: failed to get response path $.data: there is no such member at step 1");
}

// What a test's Secrets hold, by name.
class FakeSecrets final : public WebhookSecrets {
 public:
  Task<Result<SecretMap>> read(std::string consumer_ns, std::string name) override {
    const auto it = secrets.find(consumer_ns + "/" + name);
    if (it == secrets.end()) co_return fail(Code::kInvalid, "failed to get clustersecretstore webhook secret " + name);
    co_return it->second;
  }
  std::map<std::string, SecretMap> secrets;
};

class WebhookFlow : public providers::ProviderRig {
 protected:
  WebhookFlow()
      : ProviderRig([this](net::ServerRequest r, net::ServerResponse& w) { return serve(*this, std::move(r), w); }),
        pool_(1) {
    SecretMap login;
    login.emplace("key", SecretBytes("canary-31"));
    secrets_.secrets.emplace("team/api", std::move(login));
    generator_ = make_webhook(services(), pool_);
  }
  ~WebhookFlow() override {
    generator_.reset();
    stop();
  }

  static Task<> serve(WebhookFlow& self, net::ServerRequest request, net::ServerResponse& response) {
    self.asked_.push_back(request.method + " " + request.path);
    const std::string* token = net::find_header(request.headers, "Authorization");
    self.token_ = token == nullptr ? "" : *token;
    net::Headers headers{{"Content-Type", "application/json"}};
    if (!self.location_.empty()) headers.push_back({"Location", self.location_});
    co_await response.respond(self.status_, std::move(headers), SecretBytes(self.body_));
  }

  std::string generate(std::string_view more) {
    Order order{.kind = "Webhook",
                .name = "hook",
                .consumer_ns = "team",
                .spec = {R"({"url":")" + url() + R"(/v1",)" + std::string(more) + "}"},
                .gate = gate_,
                .webhook_secrets = secrets_,
                .allow_controller_identity = trusted_};
    const auto made = pump(generator_->generate(std::move(order)));
    if (made.absent()) return "absent";
    if (made.failed()) return "error: " + made.error().message;
    std::string out;
    for (const auto& [key, value] : made->values) out += key + "=" + std::string(value.reveal()) + ";";
    return out;
  }

  static constexpr std::string_view kLogin =
      R"("headers":{"Authorization":"Bearer {{ .login.key }}"},"secrets":[{"name":"login","secretRef":{"name":"api"}}])";
  std::vector<std::string> asked_;
  std::string token_, location_;
  std::string body_ = R"({"data":{"a":"1"}})";
  int status_ = 200;
  bool trusted_ = false;
  FakeSecrets secrets_;
  Pool pool_;
  std::unique_ptr<Generator> generator_;
};

TEST_F(WebhookFlow, SendsWhatASecretHoldsAndTakesTheAnswer) {
  EXPECT_EQ(generate(std::string(kLogin) + R"(,"result":{"jsonPath":"$.data"},"method":"POST")"), "a=1;");
  EXPECT_EQ(token_, "Bearer canary-31");
  EXPECT_EQ(asked_, std::vector<std::string>{"POST /v1"});
}

TEST_F(WebhookFlow, SaysWhichSecretIsMissingBeforeItCalls) {
  EXPECT_EQ(generate(R"("secrets":[{"name":"login","secretRef":{"name":"other"}}],"result":{})"),
            "error: failed to get clustersecretstore webhook secret other");
  EXPECT_TRUE(asked_.empty());
}

TEST_F(WebhookFlow, CallsOnceAndTellsTheStatus) {
  status_ = 503;
  body_ = "canary-31";
  EXPECT_EQ(generate(std::string(kLogin) + R"(,"result":{})"), "error: endpoint gave error 503 Service Unavailable");
  EXPECT_EQ(asked_.size(), 1U) << "nobody knows whether it may be asked twice";
  status_ = 304;
  EXPECT_EQ(generate(R"("result":{})"), "error: not modified: the endpoint answered 304");
  status_ = 404;
  EXPECT_EQ(generate(R"("result":{})"), "absent");
}

TEST_F(WebhookFlow, LogsInByNtlmWithWhatSecretsHold) {
  const auto with_password = [this](std::string_view key) {
    return generate(R"("auth":{"ntlm":{"usernameSecret":{"name":"api","key":"key"},)"
                    R"("passwordSecret":{"name":"api","key":")" +
                    std::string(key) + R"("}}},"result":{"jsonPath":"$.data"})");
  };
  EXPECT_EQ(with_password("none"), "error: cannot find secret data for key: \"none\" of Secret api");
  EXPECT_TRUE(asked_.empty());
  EXPECT_EQ(with_password("key"), "a=1;");
  EXPECT_EQ(token_, "") << "a server that lets everybody in is asked without a login";
  EXPECT_EQ(asked_.size(), 1U) << "once";
  status_ = 401;
  EXPECT_EQ(with_password("key"), "error: endpoint gave error 401: it offers no login by NTLM; leave spec.auth out");
  EXPECT_EQ(token_, "");
}

TEST_F(WebhookFlow, CarriesNoCredentialAlongARedirect) {
  status_ = 302;
  location_ = url() + "/elsewhere";
  EXPECT_EQ(generate(std::string(kLogin) + R"(,"result":{})"),
            "error: endpoint gave error 302 Found (a redirect, which is not followed)");
  EXPECT_EQ(asked_.size(), 1U);
}

TEST_F(WebhookFlow, DoesNotReachTheControllersLoopbackForATenantOfACluster) {
  variables_["KUBERNETES_SERVICE_HOST"] = "10.0.0.1";
  const std::string login =
      R"("auth":{"ntlm":{"usernameSecret":{"name":"api","key":"key"},"passwordSecret":{"name":"api","key":"key"}}},)";
  for (const std::string& auth : {std::string(), login}) {
    trusted_ = false;
    const std::string refused = generate(auth + R"("result":{"jsonPath":"$.data"})");
    EXPECT_TRUE(refused.contains("a loopback address, which is out of bounds here")) << refused;
    EXPECT_TRUE(asked_.empty());
    trusted_ = true;
    EXPECT_EQ(generate(auth + R"("result":{"jsonPath":"$.data"})"), "a=1;") << "a ClusterGenerator";
    asked_.clear();
  }
}

TEST_F(WebhookFlow, SaysThatNobodyAnswers) {
  server_.reset();
  const std::string said = generate(R"("result":{},"timeout":"2s")");
  EXPECT_TRUE(said.starts_with("error: failed to call endpoint: ")) << said;
}

TEST_F(WebhookFlow, TakesNoAuthorityThatIsNone) {
  const std::string said = generate(R"("result":{},"caBundle":"bm90IGEgY2VydGlmaWNhdGU=")");
  EXPECT_TRUE(said.starts_with("error: failed to decode ca bundle")) << said;
  EXPECT_TRUE(asked_.empty());
}

}  // namespace
}  // namespace rotor::generators
