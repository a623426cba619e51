// What may be the name of a file, a folder or a workspace: B312 and B313 of the behaviour table.
#include "api/openclaw/workspace.hpp"

#include <gtest/gtest.h>

#include "api/openclaw/instance.hpp"

namespace rotor::api {
namespace {

struct NameCase {
  std::string name;
  bool allowed;
};

class WorkspaceFiles : public testing::TestWithParam<NameCase> {};
TEST_P(WorkspaceFiles, B312ArePlainRelativePaths) {
  EXPECT_EQ(workspace_file_problem(GetParam().name).empty(), GetParam().allowed) << GetParam().name;
}
INSTANTIATE_TEST_SUITE_P(Table, WorkspaceFiles,
                         testing::Values(NameCase{"AGENT.md", true}, NameCase{"agents/AGENT.md", true},
                                         NameCase{"it's a file.md", true}, NameCase{"a/openclaw.json", true},
                                         NameCase{std::string(253, 'a'), true}, NameCase{"", false},
                                         NameCase{"../x", false}, NameCase{".hidden", false}, NameCase{"a/.b", false},
                                         NameCase{"a..b", false}, NameCase{"openclaw.json", false},
                                         NameCase{"a/", false}, NameCase{"a//b", false}, NameCase{"/a", false},
                                         NameCase{"a\\b", false}, NameCase{"a\nb", false},
                                         NameCase{std::string(254, 'a'), false}));

class WorkspaceDirectories : public testing::TestWithParam<NameCase> {};
TEST_P(WorkspaceDirectories, MayBeginWithADotAndStayInside) {
  EXPECT_EQ(workspace_directory_problem(GetParam().name).empty(), GetParam().allowed) << GetParam().name;
}
INSTANTIATE_TEST_SUITE_P(Table, WorkspaceDirectories,
                         testing::Values(NameCase{"tools/scripts", true}, NameCase{".memory", true},
                                         NameCase{"", false}, NameCase{"/a", false}, NameCase{"a/../b", false},
                                         NameCase{"a\\b", false}));

class WorkspaceKeys : public testing::TestWithParam<NameCase> {};
TEST_P(WorkspaceKeys, AreFlatNames) {
  EXPECT_EQ(workspace_key_problem(GetParam().name).empty(), GetParam().allowed) << GetParam().name;
}
INSTANTIATE_TEST_SUITE_P(Table, WorkspaceKeys,
                         testing::Values(NameCase{"SOUL.md", true}, NameCase{"agents--x.md", true},
                                         NameCase{"a/b", false}, NameCase{".hidden", false}, NameCase{"a..b", false},
                                         NameCase{"openclaw.json", false}, NameCase{"", false}));

class WorkspaceNames : public testing::TestWithParam<NameCase> {};
TEST_P(WorkspaceNames, B313AreSmallLettersWithSingleDashes) {
  EXPECT_EQ(workspace_name_problem(GetParam().name).empty(), GetParam().allowed) << GetParam().name;
}
INSTANTIATE_TEST_SUITE_P(Table, WorkspaceNames,
                         testing::Values(NameCase{"a", true}, NameCase{"my-agent2", true}, NameCase{"a--b", false},
                                         NameCase{"A", false}, NameCase{"", false}, NameCase{"-a", false},
                                         NameCase{"a-", false}, NameCase{std::string(64, 'a'), false}));

TEST(InstanceBlocks, ConfigAndWorkspaceComeOutAsTheyWentIn) {
  constexpr std::string_view kSpec =
      R"({"config":{"configMapRef":{"key":"k","name":"c"},"forcePaths":["a.b"],"format":"json5","mergeMode":"merge",)"
      R"("raw":{"n":90071992547409931}},"workspace":{"additionalWorkspaces":[{"configMapRef":{"name":"x"},)"
      R"("initialDirectories":["d"],"initialFiles":{"f":"1"},"name":"w","skills":["s"]}],)"
      R"("bootstrap":{"enabled":false},"configMapRef":{"name":"w"},"initialDirectories":["d"],)"
      R"("initialFiles":{"a":"b"}}})";
  const auto spec = json::read<InstanceSpec>(kSpec);
  ASSERT_TRUE(spec) << spec.error().message;
  EXPECT_EQ(json::write(*spec), kSpec);
  EXPECT_EQ(config_key(*spec->config->config_map_ref), "k");
  EXPECT_EQ(config_key({.name = "c", .key = ""}), "openclaw.json");
}

}  // namespace
}  // namespace rotor::api
