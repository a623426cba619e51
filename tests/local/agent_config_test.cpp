#include "local/node/agent_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rotor::local {
namespace {

using json::Value;
using testing::ElementsAre;
using testing::Key;
using testing::UnorderedElementsAre;

MountMap mounts() {
  MountMap out;
  out.add("/home/openclaw/.openclaw", "/here/data");
  return out;
}

Value made(const std::string& wanted, const std::optional<std::string>& present = {}, const ConfigRules& rules = {}) {
  const LocalConfig config = local_config(wanted, present, rules, mounts(), 4711);
  EXPECT_TRUE(config.adapted);
  return json::parse(config.text).value();
}

TEST(TheConfigurationOfALocalGateway, ListensOnItsOwnPortOfLoopbackAlone) {
  const Value config = made(R"({"gateway":{"mode":"local","bind":"lan","port":18789}})");
  EXPECT_EQ(json::find_string(config, "gateway.bind"), "loopback");
  EXPECT_EQ(json::find(config, "gateway.port")->to_number<int>(), 4711);
  EXPECT_EQ(json::find_string(config, "gateway.mode"), "local");
}

TEST(TheConfigurationOfALocalGateway, TakesBrowsersThatComeToThatPort) {
  const Value config = made(R"({"gateway":{"controlUi":{"allowedOrigins":["http://localhost:18789"]}}})");
  EXPECT_EQ(json::serialize(*json::find(config, "gateway.controlUi.allowedOrigins")),
            R"(["http://localhost:18789","http://127.0.0.1:4711","http://localhost:4711"])");
  EXPECT_EQ(json::find(made("{}"), "gateway.controlUi"), nullptr) << "without a list the program makes its own";
}

TEST(TheConfigurationOfALocalGateway, NamesPathsOfThisMachine) {
  const Value config = made(R"({"agents":{"defaults":{"workspace":"/home/openclaw/.openclaw/workspace"}},
                                "list":["/home/openclaw/.openclaw","/home/openclaw/.openclawish"]})");
  EXPECT_EQ(json::find_string(config, "agents.defaults.workspace"), "/here/data/workspace");
  EXPECT_EQ(json::serialize(*json::find(config, "list")), R"(["/here/data","/home/openclaw/.openclawish"])");
}

TEST(TheConfigurationOfALocalGateway, ReplacesTheOldOneUnlessItIsToBeMerged) {
  const std::string old = R"({"mine":1,"gateway":{"x":1}})";
  EXPECT_EQ(json::find(made(R"({"a":1})", old), "mine"), nullptr);
  const Value merged = made(R"({"a":{"b":[1]},"gateway":{"mode":"local"}})", old, {.merge = true});
  EXPECT_NE(json::find(merged, "mine"), nullptr);
  EXPECT_NE(json::find(merged, "gateway.x"), nullptr);
  EXPECT_EQ(json::find_string(merged, "gateway.mode"), "local");
}

TEST(TheConfigurationOfALocalGateway, IsMergedWithListsReplacedAndForcedPathsDroppedFirst) {
  const std::string old = R"({"list":[1,2],"keep":{"a":1},"drop":{"x":{"y":1,"z":2}},"gone":3})";
  const Value merged = made(R"({"list":[3]})", old, {.merge = true, .force_paths = {"drop.x.y", "gone", "not.there"}});
  EXPECT_EQ(json::serialize(*json::find(merged, "list")), "[3]");
  EXPECT_EQ(json::serialize(*json::find(merged, "drop")), R"({"x":{"z":2}})");
  EXPECT_EQ(json::find(merged, "gone"), nullptr);
  EXPECT_NE(json::find(merged, "keep.a"), nullptr);
}

TEST(TheConfigurationOfALocalGateway, IsNotMergedWithWhatCannotBeRead) {
  const LocalConfig config = local_config(R"({"a":1})", "{broken", {.merge = true}, mounts(), 1);
  EXPECT_TRUE(config.present_unusable);
  EXPECT_NE(json::find(json::parse(config.text).value(), "a"), nullptr);
}

TEST(TheConfigurationOfALocalGateway, ThatIsNoJsonIsWrittenAsItIs) {
  const LocalConfig config =
      local_config("{gateway: {mode: 'local'}, dir: '/home/openclaw/.openclaw/x'} // JSON5", {}, {}, mounts(), 1);
  EXPECT_FALSE(config.adapted);
  EXPECT_EQ(config.text, "{gateway: {mode: 'local'}, dir: '/here/data/x'} // JSON5");
}

TEST(TheRulesForAConfiguration, AreThoseOfTheInstance) {
  const ConfigRules rules =
      config_rules(json::parse(R"({"spec":{"config":{"mergeMode":"merge","forcePaths":["a.b"]}}})").value());
  EXPECT_TRUE(rules.merge);
  EXPECT_THAT(rules.force_paths, ElementsAre("a.b"));
  EXPECT_FALSE(config_rules(json::parse(R"({"spec":{"config":{"mergeMode":"overwrite"}}})").value()).merge);
  EXPECT_FALSE(config_rules(json::parse("{}").value()).merge);
}

TEST(AWorkspace, BeginsWithTheFilesOfItsConfigMapAndOfTheInstanceInTheirFolders) {
  const auto instance = json::parse(R"({"spec":{"workspace":{
    "initialFiles":{"notes/a.md":"A","my file.md":"M"},"initialDirectories":["out/x"]}}})");
  const WorkspaceSeed seed = workspace_seed(instance.value(), {{"ENVIRONMENT.md", "E"},
                                                               {"BOOTSTRAP.md", "B"},
                                                               {"notes--a.md", "A"},
                                                               {"my-file.md-0badcafe", "M"},
                                                               {"release--notes.md", "R"}});
  EXPECT_THAT(seed.files, UnorderedElementsAre(Key("workspace/ENVIRONMENT.md"), Key("workspace/BOOTSTRAP.md"),
                                               Key("workspace/notes/a.md"), Key("workspace/my file.md"),
                                               Key("workspace/release--notes.md")));
  EXPECT_EQ(seed.files.at("workspace/notes/a.md"), "A");
  EXPECT_THAT(seed.folders, ElementsAre("workspace", "workspace/out/x"));
}

TEST(AWorkspace, IsOneForEachAgentOfTheInstance) {
  const auto instance = json::parse(R"({"spec":{"workspace":{"additionalWorkspaces":[
    {"name":"work","initialFiles":{"a/b.md":"X"}}]}}})");
  const WorkspaceSeed seed = workspace_seed(
      instance.value(), {{"ENVIRONMENT.md", "E"}, {"--ws--work--ENVIRONMENT.md", "W"}, {"--ws--work--a--b.md", "X"}});
  EXPECT_THAT(seed.files, UnorderedElementsAre(Key("workspace/ENVIRONMENT.md"), Key("workspace-work/ENVIRONMENT.md"),
                                               Key("workspace-work/a/b.md")));
  EXPECT_THAT(seed.folders, ElementsAre("workspace", "workspace-work"));
}

TEST(AWorkspace, TakesNoFileOutOfItsFolder) {
  const auto instance = json::parse(R"({"spec":{"workspace":{
    "initialFiles":{"../x":"1","/etc/x":"2","a/../../x":"3","ok":"4"},"initialDirectories":["..","/tmp"],
    "additionalWorkspaces":[{"name":"../y","initialFiles":{"z":"5"}}]}}})");
  const WorkspaceSeed seed = workspace_seed(instance.value(), {{"..", "6"}});
  EXPECT_THAT(seed.files, UnorderedElementsAre(Key("workspace/ok")));
  EXPECT_THAT(seed.folders, ElementsAre("workspace"));
}

}  // namespace
}  // namespace rotor::local
