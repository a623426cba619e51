#include "local/node/agent_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/describe.hpp"
#include "json/document.hpp"
#include "openclaw/managed.hpp"

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

api::InstanceSpec spec_of(std::string_view text) {
  auto spec = json::read<api::InstanceSpec>(text);
  EXPECT_TRUE(spec) << spec.error().message;
  return std::move(spec).value_or(api::InstanceSpec{});
}

TEST(TheRulesForAConfiguration, AreThoseOfTheInstance) {
  const ConfigRules rules = config_rules(spec_of(R"({"config":{"mergeMode":"merge","forcePaths":["a.b"]}})"));
  EXPECT_TRUE(rules.merge);
  EXPECT_THAT(rules.force_paths, ElementsAre("a.b"));
  EXPECT_FALSE(config_rules(spec_of(R"({"config":{"mergeMode":"overwrite"}})")).merge);
  EXPECT_FALSE(config_rules(spec_of("{}")).merge);
}

// What the operator makes of the spec and of these ConfigMaps of the user's.
WorkspaceSeed seed_of(std::string_view workspace, const std::map<std::string, kube::StringMap>& users = {}) {
  api::OpenClawInstance instance;
  instance.spec = spec_of(R"({"workspace":)" + std::string(workspace) + "}");
  openclaw::Surroundings around;
  for (const auto& [name, data] : users) {
    around.config_maps.emplace(name, std::make_shared<const kube::StringMap>(data));
  }
  return workspace_seed(plan_workspace(instance.spec, around), build_workspace_map(instance, around).data);
}

TEST(AWorkspace, BeginsWithTheFilesOfItsConfigMapAndOfTheInstanceInTheirFolders) {
  const WorkspaceSeed seed = seed_of(R"({"configMapRef":{"name":"w"},
    "initialFiles":{"notes/a.md":"A","my file.md":"M"},"initialDirectories":["out/x"]})",
                                     {{"w", {{"release--notes.md", "R"}}}});
  EXPECT_THAT(seed.files, UnorderedElementsAre(Key("workspace/ENVIRONMENT.md"), Key("workspace/BOOTSTRAP.md"),
                                               Key("workspace/notes/a.md"), Key("workspace/my file.md"),
                                               Key("workspace/release--notes.md")));
  EXPECT_EQ(seed.files.at("workspace/notes/a.md").content, "A");
  EXPECT_THAT(seed.folders, ElementsAre("workspace", "workspace/out/x"));
}

TEST(AWorkspace, KeepsAFileOfAConfigMapThatSaysTheSameAsOneOfTheInstance) {
  const WorkspaceSeed seed =
      seed_of(R"({"configMapRef":{"name":"w"},"initialFiles":{"notes/a.md":"same"}})", {{"w", {{"b.md", "same"}}}});
  EXPECT_EQ(seed.files.at("workspace/notes/a.md").content, "same");
  EXPECT_EQ(seed.files.at("workspace/b.md").content, "same");
}

TEST(AWorkspace, IsOneForEachAgentOfTheInstance) {
  const WorkspaceSeed seed = seed_of(R"({"bootstrap":{"enabled":false},"additionalWorkspaces":[
    {"name":"work","initialFiles":{"a/b.md":"X"},"configMapRef":{"name":"w"}}]})",
                                     {{"w", {{"c.md", "C"}}}});
  EXPECT_THAT(seed.files, UnorderedElementsAre(Key("workspace/ENVIRONMENT.md"), Key("workspace-work/ENVIRONMENT.md"),
                                               Key("workspace-work/a/b.md"), Key("workspace-work/c.md")));
  EXPECT_THAT(seed.folders, ElementsAre("workspace", "workspace-work"));
}

TEST(AWorkspace, TakesNoFileOutOfItsFolder) {
  const WorkspaceSeed seed = seed_of(R"({"bootstrap":{"enabled":false},"configMapRef":{"name":"w"},
    "initialFiles":{"../x":"1","/etc/x":"2","a/../../x":"3","ok":"4"},"initialDirectories":["..","/tmp"],
    "additionalWorkspaces":[{"name":"../y","initialFiles":{"z":"5"}}]})",
                                     {{"w", {{"..", "6"}}}});
  EXPECT_THAT(seed.files, UnorderedElementsAre(Key("workspace/ENVIRONMENT.md"), Key("workspace/ok")));
  EXPECT_THAT(seed.folders, ElementsAre("workspace"));
}

TEST(AWorkspace, GetsTheInstructionsForTheFirstConversationUnlessItHasAnIdentity) {
  const WorkspaceSeed seed = seed_of(R"({"initialFiles":{"notes/BOOTSTRAP.md":"mine"}})");
  EXPECT_EQ(seed.files.at("workspace/BOOTSTRAP.md").unless, "workspace/IDENTITY.md");
  EXPECT_EQ(seed.files.at("workspace/notes/BOOTSTRAP.md").unless, "") << "the user's own";
  EXPECT_EQ(seed.files.at("workspace/ENVIRONMENT.md").unless, "");
}

TEST(AWorkspace, OfPodsWithoutAnInstanceHasTheFilesOfItsConfigMapAndNoOthers) {
  const kube::StringMap map = {{"BOOTSTRAP.md", "B"}, {"notes--a.md", "A"}, {"--ws--work--x.md", "X"}, {"..", "U"}};
  const WorkspaceSeed seed = workspace_seed(plan_of_map(map), map);
  EXPECT_THAT(seed.files, UnorderedElementsAre(Key("workspace/BOOTSTRAP.md"), Key("workspace/notes--a.md")));
  EXPECT_EQ(seed.files.at("workspace/BOOTSTRAP.md").unless, "workspace/IDENTITY.md");
  EXPECT_THAT(seed.folders, ElementsAre("workspace"));
}

TEST(AWorkspace, TakesFilesThatItsConfigMapDoesNotHaveYetFromTheSpec) {
  const auto plan = openclaw::plan_workspace(spec_of(R"({"workspace":{"initialFiles":{"new.md":"N"}}})"), {});
  const WorkspaceSeed seed = workspace_seed(plan, {{"ENVIRONMENT.md", "E"}});
  EXPECT_EQ(seed.files.at("workspace/ENVIRONMENT.md").content, "E") << "what the pod would find";
  EXPECT_EQ(seed.files.at("workspace/new.md").content, "N");
}

}  // namespace
}  // namespace rotor::local
