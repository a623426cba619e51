// What replaces a pod because it reads it only when it starts: B260 to B266, B275 of the behaviour table.
#include <gtest/gtest.h>

#include "openclaw/builders/objects.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

api::InstanceSpec spec_of(std::string_view text) {
  auto read = json::read<api::InstanceSpec>(text);
  EXPECT_TRUE(read) << read.error().message;
  return std::move(read).value_or(api::InstanceSpec{});
}

using Maps = std::map<std::string, api::StringMap>;

std::string hash(std::string_view spec, const Maps& maps = {}, std::string_view token = "") {
  Surroundings around;
  around.token = SecretBytes(token);
  for (const auto& [name, data] : maps) {
    around.config_maps.emplace(name, std::make_shared<const api::StringMap>(data));
  }
  return config_hash(spec_of(spec), around);
}

TEST(ConfigHash, HasSixteenDigitsAndIsTheSameForTheSame) {
  EXPECT_EQ(hash("{}").size(), 16U);
  EXPECT_EQ(hash("{}"), hash("{}"));
  EXPECT_EQ(hash("{}").find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(ConfigHash, WhatContainersReadAtTheirStartCountsAndNothingElse) {
  const auto with = [](const api::StringMap& data, const ConfigMapReference& reference) {
    Surroundings around;
    around.config_maps.emplace("vars", std::make_shared<const api::StringMap>(data));
    return config_hash(spec_of("{}"), around, {.read_at_start = {{"vars", reference}}});
  };
  const ConfigMapReference one{.required = true, .keys = {"A"}};
  EXPECT_NE(with({{"A", "1"}}, one), with({{"A", "2"}}, one));
  EXPECT_EQ(with({{"A", "1"}, {"B", "1"}}, one), with({{"A", "1"}, {"B", "2"}}, one));
  EXPECT_NE(with({{"A", "1"}, {"B", "1"}}, {}), with({{"A", "1"}, {"B", "2"}}, {}));
  EXPECT_NE(with({}, {}), config_hash(spec_of("{}"), {}, {.read_at_start = {{"vars", {}}}})) << "empty is not absent";
}

TEST(ConfigMark, StaysWhereNoPodHasReadAnythingElseAndChangesWhereOneHas) {
  struct Case {
    const char* what;
    ConfigMark present;
    bool lacking;
    ConfigMark next;
  };
  const std::string awaited(kAwaited);
  const std::vector<Case> cases = {
      {"a new StatefulSet", {"", ""}, false, {"now", ""}},
      {"a new one whose pods wait", {"", ""}, true, {"now", awaited}},
      {"they wait still, and what others of the pod read has changed", {"then", awaited}, true, {"now", awaited}},
      {"what they waited for is there", {"then", awaited}, false, {"then", "now"}},
      {"they read it", {"then", "now"}, false, {"then", "now"}},
      {"it is gone", {"then", "now"}, true, {"then", "now"}},
      {"it changed", {"then", "before"}, false, {"now", ""}},
      {"something of pods that run is gone", {"then", ""}, true, {"then", ""}},
      {"something of pods that run changed", {"then", ""}, false, {"now", ""}},
      {"nothing changed", {"now", ""}, false, {"now", ""}},
  };
  for (const Case& c : cases) EXPECT_EQ(next_config_mark(c.present, "now", c.lacking), c.next) << c.what;
}

TEST(ConfigHash, B260AFileOfAWorkspaceConfigMapCounts) {
  constexpr std::string_view kSpec = R"({"workspace":{"configMapRef":{"name":"w"}}})";
  EXPECT_NE(hash(kSpec, {{"w", {{"A.md", "1"}}}}), hash(kSpec, {{"w", {{"A.md", "2"}}}}));
  EXPECT_NE(hash(kSpec, {{"w", {{"A.md", "1"}}}}), hash(kSpec));
}

TEST(ConfigHash, B261SoDoesOneOfAnotherAgents) {
  constexpr std::string_view kSpec =
      R"({"workspace":{"additionalWorkspaces":[{"name":"a","configMapRef":{"name":"w"}}]}})";
  EXPECT_NE(hash(kSpec, {{"w", {{"A.md", "1"}}}}), hash(kSpec, {{"w", {{"A.md", "2"}}}}));
}

struct SpecCase {
  const char* row;
  const char* spec;
};
class CountingSpecs : public testing::TestWithParam<SpecCase> {};
TEST_P(CountingSpecs, ChangeTheHash) { EXPECT_NE(hash(GetParam().spec), hash("{}")) << GetParam().row; }
INSTANTIATE_TEST_SUITE_P(Rows, CountingSpecs,
                         testing::Values(SpecCase{"B262", R"({"gateway":{"controlUiOrigins":["https://p"]}})"},
                                         SpecCase{"B262", R"({"networking":{"ingress":{"hosts":[{"host":"a"}]}}})"},
                                         SpecCase{"B265", R"({"initContainers":[{"name":"x"}]})"},
                                         SpecCase{"B265", R"({"plugins":["p"]})"},
                                         SpecCase{"B265", R"({"skills":["s"]})"},
                                         SpecCase{"B265", R"({"runtimeDeps":{"pnpm":true}})"},
                                         SpecCase{"B265", R"({"tailscale":{"enabled":true}})"},
                                         SpecCase{"raw", R"({"config":{"raw":{"a":1}}})"},
                                         SpecCase{"metrics", R"({"observability":{"metrics":{"port":1234}}})"},
                                         SpecCase{"proxy", R"({"gateway":{"enabled":false}})"}));

class IdleSpecs : public testing::TestWithParam<SpecCase> {};
TEST_P(IdleSpecs, DoNot) { EXPECT_EQ(hash(GetParam().spec), hash("{}")) << GetParam().row; }
INSTANTIATE_TEST_SUITE_P(Rows, IdleSpecs,
                         testing::Values(SpecCase{"B263", R"({"resources":{"limits":{"cpu":"4"}}})"},
                                         SpecCase{"env", R"({"env":[{"name":"A","value":"1"}]})"},
                                         SpecCase{"labels", R"({"podAnnotations":{"a":"b"}})"}));

TEST(ConfigHash, TheOrderOfMembersDoesNotCount) {
  EXPECT_EQ(hash(R"({"config":{"raw":{"a":1,"b":2}}})"), hash(R"({"config":{"raw":{"b":2,"a":1}}})"));
}

TEST(ConfigHash, B264AFileInTheSpecDoesNotCount) {
  EXPECT_EQ(hash(R"({"workspace":{"initialFiles":{"a":"1"}}})"), hash(R"({"workspace":{"initialFiles":{"a":"2"}}})"));
}

TEST(ConfigHash, B266TheContentOfAConfigurationsConfigMapCounts) {
  constexpr std::string_view kSpec = R"({"config":{"configMapRef":{"name":"c"}}})";
  const auto with = [&](const char* text) { return hash(kSpec, {{"c", {{"openclaw.json", text}}}}); };
  EXPECT_NE(with(R"({"a":1})"), with(R"({"a":2})"));
  EXPECT_EQ(with(R"({"a":1})"), hash(kSpec, {{"c", {{"openclaw.json", R"({"a":1})"}, {"other", "x"}}}}));
}

// The variable's mark replaces the pod, once: B275.
TEST(ConfigHash, B275TheTokenDoesNotCount) { EXPECT_EQ(hash("{}", {}, "a"), hash("{}", {}, "b")); }

TEST(ConfigHash, WhereOnePartEndsIsPartOfIt) {
  EXPECT_NE(hash(R"({"plugins":["a","b"]})"), hash(R"({"plugins":["a\",\"b"]})"));
}

}  // namespace
}  // namespace rotor::openclaw
