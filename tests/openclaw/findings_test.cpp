#include "openclaw/findings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rotor::openclaw {
namespace {

using testing::HasSubstr;

// "condition status reason event message", each finding on a line of its own; `!` in front of what stops the pass.
std::string seen(std::string_view spec, std::map<std::string, api::StringMap> maps = {}) {
  api::OpenClawInstance instance;
  instance.metadata.name = "foo";
  instance.metadata.ns = "test-ns";
  auto read = json::read<api::InstanceSpec>(spec);
  EXPECT_TRUE(read) << read.error().message;
  instance.spec = std::move(read).value_or(api::InstanceSpec{});
  Surroundings around;
  for (auto& [name, data] : maps) {
    around.config_maps.emplace(name, std::make_shared<const api::StringMap>(std::move(data)));
  }
  std::string out;
  for (const Finding& f : look_over(instance, around)) {
    out +=
        (f.stops ? "!" : "") + f.condition + " " + f.status + " " + f.reason + " " + f.event + " " + f.message + "\n";
  }
  return out;
}

constexpr std::string_view kByMap = R"({"config":{"configMapRef":{"name":"c","key":"k"}}})";

TEST(Findings, ThereAreNoneOfAnInstanceThatIsRight) {
  EXPECT_EQ(seen("{}"), "");
  EXPECT_EQ(seen(kByMap, {{"c", {{"k", "{}"}}}}), "");
  EXPECT_EQ(seen(R"({"image":{"tag":"2026.9.6"},"config":{"raw":{"gateway":{"bind":"lan"}}}})"), "");
}

TEST(Findings, AConfigMapThatAContainerNeedsToStartIsNamed) {
  api::OpenClawInstance instance;
  instance.metadata.ns = "test-ns";
  const ConfigMapReferences needs = {{"all", {.required = true, .keys = {}}},
                                     {"maybe", {.required = false, .keys = {"A"}}},
                                     {"one", {.required = true, .keys = {"A"}, .required_keys = {"A"}}}};
  Surroundings around;
  around.config_maps["one"] = std::make_shared<const api::StringMap>(api::StringMap{{"B", "1"}});
  std::vector<Finding> found = look_over(instance, around, needs);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].stops);
  EXPECT_EQ(found[0].condition + "/" + found[0].reason, "ConfigMapsReady/ConfigMapNotFound");
  EXPECT_THAT(found[0].message, HasSubstr("\"test-ns\": ConfigMap \"all\", ConfigMap \"one\" (key A). "));
  instance.spec.suspended = true;
  EXPECT_TRUE(look_over(instance, around, needs).empty()) << "no pod is to start";
  instance.spec.suspended = false;
  around.config_maps["all"] = around.config_maps["one"];
  around.config_maps["one"] = std::make_shared<const api::StringMap>(api::StringMap{{"A", "1"}});
  EXPECT_TRUE(look_over(instance, around, needs).empty());
}

TEST(Findings, B081AndB082WithoutAConfigurationNothingIsMade) {
  EXPECT_THAT(seen(kByMap), HasSubstr("!ConfigValid False ConfigMapNotFound  spec.config.configMapRef: ConfigMap \"c\" "
                                      "not found in namespace \"test-ns\""));
  EXPECT_THAT(seen(kByMap, {{"c", {{"other", "{}"}}}}), HasSubstr("!ConfigValid False ConfigMapKeyNotFound "));
}

// The reason and the message, of a configuration in a ConfigMap.
std::string of_text(const std::string& text, std::string_view more = "") {
  const std::string spec = R"({"config":{"configMapRef":{"name":"c","key":"k"})" + std::string(more) + "}}";
  return seen(spec, {{"c", {{"k", text}}}});
}

constexpr std::string_view kMergeMode = R"(,"mergeMode":"merge")";
constexpr std::string_view kJson5Format = R"(,"format":"json5")";

TEST(Findings, AConfigurationThatNobodyCanReadStopsThePassAndNamesItsPlace) {
  for (const std::string_view how :
       {"", R"(,"mergeMode":"overwrite")", R"(,"mergeMode":"merge")", R"(,"format":"json5")"}) {
    const std::string found = of_text(R"({"logging": {"level": )", how);
    EXPECT_THAT(found, HasSubstr("!ConfigValid False ConfigUnreadable ConfigUnreadable ConfigMap \"c\", key \"k\": "))
        << how;
    EXPECT_THAT(found, HasSubstr("line 1, column 23: ")) << how;
  }
  EXPECT_THAT(of_text("logging: debug"), HasSubstr("ConfigUnreadable"));
  EXPECT_THAT(of_text(""), HasSubstr("ConfigUnreadable")) << "an empty file is no configuration";
}

TEST(Findings, B079JSON5IsPassedOnAsItIsWhereNothingHasToReadIt) {
  const std::string text = "{\n  // words\n  logging: {level: 'debug'},\n}";
  EXPECT_EQ(of_text(text), "");
  EXPECT_EQ(of_text(text, kJson5Format), "");
  EXPECT_THAT(of_text(text, kMergeMode), HasSubstr("it is JSON5 and no JSON")) << "the merge would fail in the pod";
}

TEST(Findings, MergeTakesAnObjectOnly) {
  EXPECT_EQ(of_text(R"({"a":1})", kMergeMode), "");
  EXPECT_THAT(of_text("[1]", kMergeMode), HasSubstr("it is no JSON object"));
  EXPECT_EQ(of_text("[1]"), "") << "B080: the program says what is wrong with it";
}

TEST(Findings, AMemberThatHasToBeAnObjectAndIsNoneStopsThePass) {
  for (const std::string_view raw : {R"({"gateway":5})", R"({"gateway":{"auth":"token"}})",
                                     R"({"gateway":{"controlUi":[]}})", R"({"diagnostics":true})"}) {
    const std::string found = seen(R"({"config":{"raw":)" + std::string(raw) + "}}");
    EXPECT_THAT(found, HasSubstr("!ConfigValid False ConfigUnreadable ConfigUnreadable spec.config.raw: ")) << raw;
    EXPECT_THAT(found, HasSubstr("has to be an object")) << raw;
  }
  EXPECT_EQ(seen(R"({"config":{"raw":{"gateway":null,"diagnostics":{}}}})"), "");
}

TEST(Findings, WhatIsWrongWithAConfigurationQuotesNothingOfIt) {
  EXPECT_EQ(of_text(R"({"token": "sk-very-secret)").find("sk-very"), std::string::npos);
}

TEST(Findings, AConfigMapThatIsOursIsNoSource) {
  for (const char* spec :
       {R"({"config":{"configMapRef":{"name":"foo-config"}}})",
        R"({"workspace":{"configMapRef":{"name":"foo-workspace"}}})",
        R"({"workspace":{"additionalWorkspaces":[{"name":"a","configMapRef":{"name":"foo-config"}}]}})"}) {
    EXPECT_THAT(seen(spec), HasSubstr("!ConfigValid False ConfigMapReserved ")) << spec;
  }
}

TEST(Findings, B078AGatewayThatNobodyReachesIsSaid) {
  constexpr std::string_view kOff = R"({"gateway":{"enabled":false},"config":{"raw":{"gateway":{"bind":"loopback"}}}})";
  EXPECT_THAT(seen(kOff), HasSubstr("GatewayBindConflict"));
  EXPECT_EQ(seen(R"({"config":{"raw":{"gateway":{"bind":"loopback"}}}})"), "") << "the proxy reaches it";
}

TEST(Findings, AnAddressToListenOnIsRefusedByTheProgramAndStopsThePass) {
  constexpr std::string_view kRefused = "!ConfigValid False GatewayBindRefused GatewayBindRefused ";
  for (const std::string_view bind : {R"("0.0.0.0")", R"("127.0.0.1")", R"("")", "5", "null"}) {
    const std::string found = seen(R"({"config":{"raw":{"gateway":{"bind":)" + std::string(bind) + "}}}}");
    EXPECT_THAT(found, HasSubstr(std::string(kRefused) + "spec.config.raw: gateway.bind takes one of auto, lan"))
        << bind;
  }
  EXPECT_THAT(seen(kByMap, {{"c", {{"k", R"({"gateway":{"bind":"::"}})"}}}}),
              HasSubstr(std::string(kRefused) + R"(ConfigMap "c", key "k": )"));
  for (const std::string_view bind : {"auto", "lan", "loopback", "custom", "tailnet"}) {
    EXPECT_EQ(seen(R"({"config":{"raw":{"gateway":{"bind":")" + std::string(bind) + "\"}}}}"), "") << bind;
  }
}

TEST(Findings, AMemberOfAFormThatTheProgramDoesNotTakeStopsThePass) {
  for (const std::string_view raw : {R"({"gateway":{"trustedProxies":"x"}})", R"({"gateway":{"trustedProxies":[1]}})",
                                     R"({"gateway":{"controlUi":{"allowedOrigins":"x"}}})",
                                     R"({"gateway":{"controlUi":{"allowedOrigins":null}}})"}) {
    const std::string found = seen(R"({"config":{"raw":)" + std::string(raw) + "}}");
    EXPECT_THAT(found, HasSubstr("!ConfigValid False ConfigUnreadable ConfigUnreadable spec.config.raw: ")) << raw;
    EXPECT_THAT(found, HasSubstr("has to be a list of")) << raw;
  }
  EXPECT_EQ(
      seen(R"({"config":{"raw":{"gateway":{"trustedProxies":[],"controlUi":{"allowedOrigins":["https://a"]}}}}})"), "");
}

TEST(Findings, AVersionThatNobodyTriedIsNoted) {
  EXPECT_THAT(seen(R"({"image":{"tag":"2031.1.1"}})"), HasSubstr("ProgramVersionKnown False NewerThanTried "));
}

TEST(Findings, ThoseOfBeforeGoFromTheStatusAndOthersStay) {
  std::vector<kube::Condition> conditions(3);
  conditions[0].type = "WorkspaceReady";
  conditions[1].type = "ProgramVersionKnown";
  conditions[2].type = "Ready";
  const std::vector<Finding> now = {{.condition = "ProgramVersionKnown",
                                     .status = "False",
                                     .reason = "NewerThanTried",
                                     .message = "m",
                                     .event = {},
                                     .stops = false}};
  set_findings(conditions, now, {}, 7, WallTime{});
  ASSERT_EQ(conditions.size(), 2U);
  EXPECT_EQ(kube::find_condition(conditions, "ProgramVersionKnown")->reason, "NewerThanTried");
  EXPECT_EQ(kube::find_condition(conditions, "ProgramVersionKnown")->observed_generation, 7);
  EXPECT_NE(kube::find_condition(conditions, "Ready"), nullptr);
  EXPECT_EQ(stopping(now), nullptr);
}

}  // namespace
}  // namespace rotor::openclaw
