// openclaw.json as the program gets it, by the rows of the behaviour table.
#include "openclaw/builders/config_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/document.hpp"
#include "openclaw/builders/config.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

using testing::HasSubstr;

OpenClawInstance configured(std::string_view spec, api::StringMap annotations = {}) {
  OpenClawInstance instance;
  instance.metadata.name = "foo";
  instance.metadata.ns = "test-ns";
  instance.metadata.annotations = std::move(annotations);
  auto read = json::read<api::InstanceSpec>(spec);
  EXPECT_TRUE(read) << read.error().message;
  instance.spec = std::move(read).value_or(api::InstanceSpec{});
  return instance;
}

Surroundings with_map(const std::string& name, api::StringMap data, std::string_view token = "tok") {
  Surroundings around;
  around.token = SecretBytes(token);
  around.config_maps.emplace(name, std::make_shared<const api::StringMap>(std::move(data)));
  return around;
}

api::StringMap files(std::string_view spec, const Surroundings& around = with_map("", {})) {
  return build_config_map(configured(spec), around).data;
}

json::Value document(std::string_view spec, const Surroundings& around = with_map("", {})) {
  return json::parse(files(spec, around).at("openclaw.json")).value();
}

std::string at(const json::Value& value, std::string_view path) {
  const json::Value* found = json::find(value, path);
  return found == nullptr ? "(none)" : json::serialize(*found);
}

std::string raw(std::string_view config) { return R"({"config":{"raw":)" + std::string(config) + "}}"; }

TEST(ConfigDocument, B060AnEmptySpecGetsWhatTheProgramNeeds) {
  const std::string token(64, '0');
  EXPECT_EQ(files("{}", with_map("", {}, token)).at("openclaw.json"), R"({
  "diagnostics": {
    "otel": {
      "endpoint": "http://localhost:4318",
      "metrics": true
    }
  },
  "gateway": {
    "auth": {
      "mode": "token",
      "token": "0000000000000000000000000000000000000000000000000000000000000000"
    },
    "bind": "loopback",
    "controlUi": {
      "allowedOrigins": [
        "http://127.0.0.1:18789",
        "http://localhost:18789"
      ],
      "dangerouslyDisableDeviceAuth": true
    },
    "mode": "local",
    "trustedProxies": [
      "127.0.0.0/8"
    ]
  }
})");
}

TEST(ConfigDocument, B061TheUsersKeysStayBesideTheGateways) {
  const json::Value config = document(raw(R"({"mcpServers":{"a":{"url":"<x>&"}}})"));
  EXPECT_EQ(at(config, "mcpServers.a.url"), R"("<x>&")");
  EXPECT_EQ(at(config, "gateway.mode"), R"("local")");
}

struct KeptCase {
  const char* row;
  const char* raw;
  const char* path;
  const char* expected;
};
class KeptConfig : public testing::TestWithParam<KeptCase> {};
TEST_P(KeptConfig, IsNeverReplaced) {
  EXPECT_EQ(at(document(raw(GetParam().raw)), GetParam().path), GetParam().expected) << GetParam().row;
}
INSTANTIATE_TEST_SUITE_P(
    Rows, KeptConfig,
    testing::Values(KeptCase{"B062", R"({"gateway":{"mode":"remote"}})", "gateway.mode", R"("remote")"},
                    KeptCase{"B063", R"({"gateway":{"bind":"0.0.0.0"}})", "gateway.bind", R"("0.0.0.0")"},
                    KeptCase{"B064", R"({"gateway":{"auth":{"token":"mine"}}})", "gateway.auth", R"({"token":"mine"})"},
                    KeptCase{"B064, a reference", R"({"gateway":{"auth":{"token":{"source":"env","id":"T"}}}})",
                             "gateway.auth", R"({"token":{"id":"T","source":"env"}})"},
                    KeptCase{"B064, empty", R"({"gateway":{"auth":{"token":""}}})", "gateway.auth.token", R"("tok")"},
                    KeptCase{"B065", R"({"gateway":{"auth":{"mode":"password"}}})", "gateway.auth",
                             R"({"mode":"password","token":"tok"})"},
                    KeptCase{"B066", R"({"gateway":{"auth":{"mode":"trusted-proxy"}}})", "gateway.auth",
                             R"({"mode":"trusted-proxy"})"},
                    KeptCase{"B068", R"({"gateway":{"trustedProxies":["10.0.0.1/32"]}})", "gateway.trustedProxies",
                             R"(["10.0.0.1/32","127.0.0.0/8"])"},
                    KeptCase{"B069", R"({"gateway":{"trustedProxies":["127.0.0.0/8","b"]}})", "gateway.trustedProxies",
                             R"(["127.0.0.0/8","b"])"},
                    KeptCase{"B070", R"({"gateway":{"controlUi":{"allowedOrigins":["x"]}}})",
                             "gateway.controlUi.allowedOrigins", R"(["x"])"},
                    KeptCase{"B073", R"({"gateway":{"controlUi":{"dangerouslyDisableDeviceAuth":false}}})",
                             "gateway.controlUi.dangerouslyDisableDeviceAuth", "false"},
                    KeptCase{"B075", R"({"diagnostics":{"otel":{"endpoint":"x"}}})", "diagnostics.otel",
                             R"({"endpoint":"x"})"},
                    KeptCase{"no object", R"({"gateway":5})", "gateway", "5"},
                    KeptCase{"no object below", R"({"gateway":{"auth":"x"}})", "gateway.auth", R"("x")"},
                    KeptCase{"no list", R"({"gateway":{"trustedProxies":"x"}})", "gateway.trustedProxies", R"("x")"},
                    KeptCase{"null", R"({"gateway":null})", "gateway.mode", R"("local")"}));

TEST(ConfigDocument, B066AndB067ATrustedProxyMeansNoTokenInFileOrEnvironment) {
  constexpr std::string_view kByMap = R"({"config":{"configMapRef":{"name":"c"}}})";
  const Surroundings around = with_map("c", {{"openclaw.json", R"({"gateway":{"auth":{"mode":"trusted-proxy"}}})"}});
  EXPECT_EQ(at(document(kByMap, around), "gateway.auth"), R"({"mode":"trusted-proxy"})");
  const auto variables = [&](std::string_view spec) {
    return json::write(build_main_container(configured(spec), {.inject_token = true,
                                                               .around = std::make_shared<const Surroundings>(around)})
                           .env);
  };
  EXPECT_THAT(variables(kByMap), testing::Not(HasSubstr("OPENCLAW_GATEWAY_TOKEN")));
  EXPECT_THAT(variables(raw(R"({"gateway":{"auth":{"mode":"trusted-proxy"}}})")),
              testing::Not(HasSubstr("OPENCLAW_GATEWAY_TOKEN")));
  EXPECT_THAT(variables("{}"), HasSubstr("OPENCLAW_GATEWAY_TOKEN"));
}

TEST(ConfigDocument, B071AndB072OriginsComeFromIngressHostsAndTheUser) {
  constexpr std::string_view kSpec = R"({"networking":{"ingress":{"hosts":[{"host":"a"},{"host":"b"}],
      "tls":[{"hosts":["a"]}]}},"gateway":{"controlUiOrigins":["https://p","http://b"]}})";
  EXPECT_EQ(at(document(kSpec), "gateway.controlUi.allowedOrigins"),
            R"(["http://127.0.0.1:18789","http://b","http://localhost:18789","https://a","https://p"])");
}

TEST(ConfigDocument, B074WithoutMetricsThereIsNoCollector) {
  constexpr std::string_view kSpec = R"({"observability":{"metrics":{"enabled":false}}})";
  EXPECT_EQ(at(document(kSpec), "diagnostics"), "(none)");
  EXPECT_FALSE(files(kSpec).contains("otel-collector.yaml"));
}

TEST(ConfigDocument, B076TheCollectorOffersMetricsOnTheChosenPort) {
  constexpr std::string_view kSpec = R"({"observability":{"metrics":{"port":9100}}})";
  EXPECT_THAT(files(kSpec).at("otel-collector.yaml"), HasSubstr("endpoint: 0.0.0.0:9100\n"));
  EXPECT_THAT(files(kSpec).at("otel-collector.yaml"), HasSubstr("metric_expiration: 8760h\n"));
  EXPECT_EQ(at(document(kSpec), "diagnostics.otel.endpoint"), R"("http://localhost:4318")");
}

// An address is what the program refuses: docs/openclaw-versions.md.
TEST(ConfigDocument, B077WithoutTheProxyTheGatewayListensForOthers) {
  constexpr std::string_view kSpec = R"({"gateway":{"enabled":false}})";
  EXPECT_FALSE(files(kSpec).contains("nginx.conf"));
  EXPECT_EQ(at(document(kSpec), "gateway.bind"), R"("lan")");
  EXPECT_THAT(files("{}").at("nginx.conf"), HasSubstr("listen 0.0.0.0:18790;\n    proxy_pass 127.0.0.1:18789;"));
  EXPECT_THAT(files("{}").at("nginx.conf"), HasSubstr("listen 0.0.0.0:18794;\n    proxy_pass 127.0.0.1:18793;"));
}

TEST(ConfigDocument, B079AndB080WhatIsNoJsonObjectIsStoredAsItIs) {
  for (const std::string text : {"{gateway: {mode: 'local'}, // mine\n}", "[1]", "\xff\xfe{", "", "{\"a\":1} x"}) {
    const Surroundings around = with_map("c", {{"openclaw.json", text}});
    EXPECT_EQ(files(R"({"config":{"configMapRef":{"name":"c"}}})", around).at("openclaw.json"), text);
  }
  EXPECT_EQ(files(R"({"config":{"raw":[1,2]}})").at("openclaw.json"), "[1,2]");
}

TEST(ConfigDocument, B083TheKeyOfAReferenceIsReadAndTheFileIsAlwaysCalledTheSame) {
  const Surroundings around = with_map("c", {{"openclaw.json", R"({"from":"default"})"}, {"k", R"({"from":"k"})"}});
  EXPECT_EQ(at(document(R"({"config":{"configMapRef":{"name":"c"}}})", around), "from"), R"("default")");
  EXPECT_EQ(at(document(R"({"config":{"configMapRef":{"name":"c","key":"k"},"raw":{"from":"raw"}}})", around), "from"),
            R"("k")");
}

TEST(ConfigDocument, NumbersAreKeptDigitForDigit) {
  EXPECT_THAT(files(raw(R"({"channels":{"id":90071992547409931,"rate":1.10}})")).at("openclaw.json"),
              testing::AllOf(HasSubstr("\"id\": 90071992547409931,"), HasSubstr("\"rate\": 1.10\n")));
}

TEST(ConfigDocument, MarkupIsEscapedAsToolsOfGoWriteIt) {
  EXPECT_THAT(files(raw(R"({"a":"<b>&"})")).at("openclaw.json"), HasSubstr(R"("a": "\u003cb\u003e\u0026")"));
}

TEST(ConfigDocument, ATokenIsWrittenAsTextWhateverIsInIt) {
  EXPECT_EQ(at(document("{}", with_map("", {}, "a\"b\\")), "gateway.auth.token"), R"("a\"b\\")");
}

TEST(ConfigDocument, WithoutATokenNothingIsSaidAboutAuth) {
  EXPECT_EQ(at(document("{}", with_map("", {}, "")), "gateway.auth"), "(none)");
}

// W19: the variable in the environment is enough for the program.
TEST(ConfigDocument, AnAnnotationKeepsTheTokenOutOfTheFile) {
  EXPECT_TRUE(token_belongs_in_config(configured("{}")));
  EXPECT_TRUE(token_belongs_in_config(configured("{}", {{"openclaw.rocks/gateway-token-in-config", "yes"}})));
  EXPECT_FALSE(token_belongs_in_config(configured("{}", {{"openclaw.rocks/gateway-token-in-config", "false"}})));
}

// In the file it would win over the variable that the user set.
TEST(ConfigDocument, AUsersOwnTokenVariableKeepsTheGeneratedOneOutOfTheFile) {
  EXPECT_FALSE(token_belongs_in_config(configured(R"({"env":[{"name":"OPENCLAW_GATEWAY_TOKEN","value":"mine"}]})")));
}

TEST(ConfigDocument, AVersionThatDoesNotKnowAllowedOriginsGetsNone) {
  constexpr std::string_view kOld = R"({"image":{"tag":"v2026.2.1"}})";
  EXPECT_EQ(at(document(kOld), "gateway.controlUi"), R"({"dangerouslyDisableDeviceAuth":true})");
  constexpr std::string_view kFirst = R"({"image":{"tag":"2026.2.2"}})";
  EXPECT_NE(at(document(kFirst), "gateway.controlUi.allowedOrigins"), "(none)");
}

}  // namespace
}  // namespace rotor::openclaw
