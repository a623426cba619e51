// The workspace ConfigMap, by the rows of the behaviour table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openclaw/builders/workspace.hpp"
#include "openclaw/findings.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

OpenClawInstance furnished(std::string_view workspace) {
  OpenClawInstance instance;
  instance.metadata.name = "foo";
  instance.metadata.ns = "test-ns";
  auto read = json::read<api::InstanceSpec>(R"({"workspace":)" + std::string(workspace) + "}");
  EXPECT_TRUE(read) << read.error().message;
  instance.spec = std::move(read).value_or(api::InstanceSpec{});
  return instance;
}

using Maps = std::map<std::string, api::StringMap>;

Surroundings with_maps(const Maps& maps) {
  Surroundings around;
  for (const auto& [name, data] : maps) {
    around.config_maps.emplace(name, std::make_shared<const api::StringMap>(data));
  }
  return around;
}

std::vector<std::string> keys(std::string_view workspace, const Maps& maps = {}) {
  std::vector<std::string> found;
  for (const auto& [key, text] : build_workspace_map(furnished(workspace), with_maps(maps)).data) found.push_back(key);
  return found;
}

std::string content(std::string_view workspace, std::string_view key, const Maps& maps = {}) {
  const api::StringMap data = build_workspace_map(furnished(workspace), with_maps(maps)).data;
  const auto found = data.find(key);
  return found == data.end() ? "(none)" : found->second;
}

TEST(WorkspaceMap, B144PathsBecomeKeys) {
  constexpr std::string_view kFiles = R"({"initialFiles":{"AGENT.md":"1","agents/x/AGENT.md":"2"}})";
  EXPECT_THAT(keys(kFiles), ElementsAre("AGENT.md", "BOOTSTRAP.md", "ENVIRONMENT.md", "agents--x--AGENT.md"));
  EXPECT_EQ(content(kFiles, "agents--x--AGENT.md"), "2");
}

TEST(WorkspaceMap, B145WithoutBootstrapOnlyTheEnvironmentIsTold) {
  EXPECT_THAT(keys(R"({"bootstrap":{"enabled":false}})"), ElementsAre("ENVIRONMENT.md"));
}

TEST(WorkspaceMap, B146WithoutAnythingItHasTheOperatorsTwoFiles) {
  EXPECT_THAT(keys("{}"), ElementsAre("BOOTSTRAP.md", "ENVIRONMENT.md"));
  EXPECT_EQ(build_workspace_map(furnished("{}"), {}).metadata.name, "foo-workspace");
}

TEST(WorkspaceMap, B147WhatStandsInTheSpecWinsOverTheConfigMap) {
  constexpr std::string_view kBoth = R"({"configMapRef":{"name":"w"},"initialFiles":{"SOUL.md":"inline"}})";
  const Maps maps = {{"w", {{"SOUL.md", "external"}, {"USER.md", "external"}, {"ENVIRONMENT.md", "external"}}}};
  EXPECT_EQ(content(kBoth, "SOUL.md", maps), "inline");
  EXPECT_EQ(content(kBoth, "USER.md", maps), "external");
  EXPECT_NE(content(kBoth, "ENVIRONMENT.md", maps), "external");
}

// The API server takes only letters, digits, dots, dashes and underscores in a key.
TEST(WorkspaceMap, AFileWhoseNameIsNoKeyGetsOneWithAMark) {
  constexpr std::string_view kOdd = R"({"initialFiles":{"it's a file.md":"1","über.md":"2"}})";
  EXPECT_THAT(keys(kOdd), UnorderedElementsAre("BOOTSTRAP.md", "ENVIRONMENT.md",
                                               testing::MatchesRegex("it-s-a-file\\.md-[0-9a-f]{8}"),
                                               testing::MatchesRegex("--ber\\.md-[0-9a-f]{8}")));
}

TEST(WorkspaceMap, TwoPathsThatWouldShareAKeyKeepTheirContents) {
  constexpr std::string_view kBoth = R"({"configMapRef":{"name":"w"},"initialFiles":{"agents/x.md":"inline"}})";
  const WorkspacePlan plan = plan_workspace(furnished(kBoth).spec, with_maps({{"w", {{"agents--x.md", "external"}}}}));
  std::map<std::string, std::string> by_path;
  std::set<std::string> all_keys;
  for (const WorkspaceFile& file : plan.folders.at(0).files) {
    by_path[file.path] = file.content;
    EXPECT_TRUE(all_keys.insert(file.key).second) << file.key;
  }
  EXPECT_EQ(by_path["agents/x.md"], "inline");
  EXPECT_EQ(by_path["agents--x.md"], "external");
}

TEST(WorkspaceMap, AnotherAgentsWorkspaceHasAFolderAndKeysOfItsOwn) {
  constexpr std::string_view kTwo =
      R"({"additionalWorkspaces":[{"name":"research","initialFiles":{"SOUL.md":"r"},"configMapRef":{"name":"w"}}]})";
  EXPECT_THAT(keys(kTwo, {{"w", {{"A.md", "a"}}}}),
              UnorderedElementsAre("--ws--research--A.md", "--ws--research--ENVIRONMENT.md", "--ws--research--SOUL.md",
                                   "BOOTSTRAP.md", "ENVIRONMENT.md"));
  const WorkspacePlan plan = plan_workspace(furnished(kTwo).spec, {});
  EXPECT_EQ(plan.folders.at(1).name, "workspace-research");
  EXPECT_THAT(plan.missing, ElementsAre("w"));
}

const Finding* workspace_finding(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    if (finding.condition == "WorkspaceReady") return &finding;
  }
  return nullptr;
}

struct FindingCase {
  const char* workspace;
  Maps maps;
  const char* expected;  // status/reason/event
  const char* says;
};
class WorkspaceFindings : public testing::TestWithParam<FindingCase> {};
TEST_P(WorkspaceFindings, TellWhatBecameOfTheFiles) {
  const auto findings = look_over(furnished(GetParam().workspace), with_maps(GetParam().maps));
  const Finding* found = workspace_finding(findings);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->status + "/" + found->reason + "/" + found->event, GetParam().expected);
  EXPECT_THAT(found->message, HasSubstr(GetParam().says));
  EXPECT_FALSE(found->stops);
}
INSTANTIATE_TEST_SUITE_P(Table, WorkspaceFindings,
                         testing::Values(FindingCase{R"({"configMapRef":{"name":"w"}})",
                                                     {},
                                                     "False/ConfigMapNotFound/WorkspaceConfigMapNotFound",
                                                     "\"w\""},
                                         FindingCase{R"({"configMapRef":{"name":"w"}})",
                                                     {{"w", {{"A.md", ""}, {"B.md", ""}}}},
                                                     "True/Resolved/",
                                                     "All workspace ConfigMaps resolved with 2 total file(s)"},
                                         FindingCase{R"({"configMapRef":{"name":"w"}})",
                                                     {{"w", {{"A.md", ""}, {"..b", ""}}}},
                                                     "False/InvalidFilename/InvalidWorkspaceFilename",
                                                     "ConfigMap \"w\", of which no file is used: \"..b\""},
                                         FindingCase{R"({"initialFiles":{"../x":"1"}})",
                                                     {},
                                                     "False/InvalidFilename/InvalidWorkspaceFilename",
                                                     "spec.workspace.initialFiles: \"../x\""},
                                         FindingCase{R"({"initialDirectories":["/etc"]})",
                                                     {},
                                                     "False/InvalidFilename/InvalidWorkspaceFilename",
                                                     "spec.workspace.initialDirectories: \"/etc\""},
                                         FindingCase{R"({"additionalWorkspaces":[{"name":"a"},{"name":"a"}]})",
                                                     {},
                                                     "False/InvalidFilename/InvalidWorkspaceFilename",
                                                     "\"a\" is there twice"},
                                         FindingCase{R"({"additionalWorkspaces":[{"name":"../a"}]})",
                                                     {},
                                                     "False/InvalidFilename/InvalidWorkspaceFilename",
                                                     "\"../a\" is no name"}));

TEST(WorkspaceFindings, SayNothingWithoutConfigMapsAndMistakes) {
  EXPECT_EQ(workspace_finding(look_over(furnished(R"({"initialFiles":{"a":"1"}})"), {})), nullptr);
}

TEST(WorkspaceMap, WhatCannotBeAFileIsLeftOut) {
  EXPECT_THAT(keys(R"({"initialFiles":{"../x":"1","openclaw.json":"2","ok":"3"}})"),
              ElementsAre("BOOTSTRAP.md", "ENVIRONMENT.md", "ok"));
  EXPECT_THAT(keys(R"({"configMapRef":{"name":"w"}})", {{"w", {{"A.md", ""}, {"openclaw.json", ""}}}}),
              ElementsAre("BOOTSTRAP.md", "ENVIRONMENT.md"));
}

TEST(WorkspaceTexts, NameThePathsOfThePod) {
  for (const char* path : {"~/.openclaw", "~/.local", "~/.cache", "~/.config", "/tmp"}) {
    EXPECT_THAT(environment_text(), HasSubstr(path));
  }
  for (const char* file : {"IDENTITY.md", "USER.md", "SOUL.md", "MEMORY.md"}) {
    EXPECT_THAT(bootstrap_text(), HasSubstr(file));
  }
}

}  // namespace
}  // namespace rotor::openclaw
