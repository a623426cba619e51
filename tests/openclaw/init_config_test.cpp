// How configuration and workspace get to the data volume: what the pod says, and what its scripts do when a real shell
// and a real Node run them.
#include "openclaw/builders/init_config.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json/document.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/builders/workspace.hpp"
#include "openclaw/names.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor::openclaw {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

OpenClawInstance starting(std::string_view spec) {
  OpenClawInstance instance;
  instance.metadata.name = "foo";
  instance.metadata.ns = "test-ns";
  auto read = json::read<api::InstanceSpec>(spec);
  EXPECT_TRUE(read) << read.error().message;
  instance.spec = std::move(read).value_or(api::InstanceSpec{});
  return instance;
}

api::PodSpec pod_of(std::string_view spec) {
  return build_stateful_set(starting(spec), {.inject_token = true}).spec.pod_template.spec;
}

api::Container init_of(std::string_view spec) { return pod_of(spec).init_containers.at(0); }

bool has_volume(const api::PodSpec& pod, std::string_view name) {
  return std::ranges::find(pod.volumes, name, &api::Volume::name) != pod.volumes.end();
}

constexpr std::string_view kMerge = R"({"config":{"mergeMode":"merge"},"image":{"pullPolicy":"Always"}})";
constexpr std::string_view kJson5 = R"({"config":{"format":"json5","configMapRef":{"name":"c"}}})";

TEST(InitConfig, IsTheFirstInitContainerAndMountsWhatItCopies) {
  const api::Container init = init_of(R"({"initContainers":[{"name":"mine"}]})");
  EXPECT_EQ(init.name, "init-config");
  EXPECT_EQ(json::write(init.volume_mounts),
            R"([{"mountPath":"/data","name":"data"},{"mountPath":"/config","name":"config"},)"
            R"({"mountPath":"/workspace-init","name":"workspace-init","readOnly":true}])");
  EXPECT_EQ(json::write(*init.security_context),
            R"({"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"readOnlyRootFilesystem":true,)"
            R"("runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}})");
}

TEST(InitConfig, B083AndTheVolumesNameTheInstancesConfigMaps) {
  const api::PodSpec pod = pod_of(R"({"config":{"configMapRef":{"name":"c","key":"k"}}})");
  const auto named = [&pod](std::string_view volume) {
    return json::write(*std::ranges::find(pod.volumes, volume, &api::Volume::name));
  };
  EXPECT_EQ(named("config"), R"({"configMap":{"defaultMode":420,"name":"foo-config"},"name":"config"})");
  EXPECT_EQ(named("workspace-init"),
            R"({"configMap":{"defaultMode":420,"name":"foo-workspace"},"name":"workspace-init"})");
}

TEST(InitConfig, B128RunsAsRootWhereThePodMay) {
  EXPECT_EQ(init_of(R"({"security":{"podSecurityContext":{"runAsNonRoot":false}}})").security_context->run_as_non_root,
            false);
}

TEST(InitConfig, B137MergingNeedsTheProgramsImageAndAPlaceToWrite) {
  const api::Container init = init_of(kMerge);
  EXPECT_EQ(init.image, "ghcr.io/openclaw/openclaw:latest");
  EXPECT_EQ(init.image_pull_policy, "Always");
  EXPECT_EQ(init.security_context->read_only_root_filesystem, false);
  EXPECT_EQ(json::write(init.env),
            R"([{"name":"HOME","value":"/tmp"},{"name":"NPM_CONFIG_CACHE","value":"/tmp/.npm"}])");
  EXPECT_THAT(json::write(init.volume_mounts), HasSubstr(R"({"mountPath":"/tmp","name":"init-tmp"})"));
  EXPECT_TRUE(has_volume(pod_of(kMerge), "init-tmp"));
}

TEST(InitConfig, B138CopyingNeedsTheSmallestImageOnly) {
  const api::Container init = init_of(R"({"image":{"pullPolicy":"Always"}})");
  EXPECT_EQ(init.image, "docker.io/library/busybox:1.37");
  EXPECT_EQ(init.image_pull_policy, "IfNotPresent");
  EXPECT_TRUE(init.env.empty());
  EXPECT_FALSE(has_volume(pod_of("{}"), "init-tmp"));
  EXPECT_EQ(init_of(R"({"registry":"r.example.com"})").image, "r.example.com/busybox:1.37");
}

TEST(InitConfig, B140CopyingKnowsNoForcedPaths) {
  EXPECT_EQ(init_of(R"({"config":{"forcePaths":["gateway"]}})").command, init_of("{}").command);
}

TEST(InitConfig, B141Json5IsConvertedByTheInitContainer) {
  const api::Container init = init_of(kJson5);
  EXPECT_EQ(init.image, "ghcr.io/openclaw/openclaw:latest");
  EXPECT_THAT(init.command.at(2), HasSubstr("npx -y json5 /config/openclaw.json"));
  EXPECT_TRUE(has_volume(pod_of(kJson5), "init-tmp"));
}

TEST(InitConfig, B135AndB136TheMainContainerAppliesTheConfigurationAgainWhenItRestarts) {
  const auto hook = [](std::string_view spec) {
    const api::OptionalRaw lifecycle = pod_of(spec).containers.at(0).lifecycle;
    if (!lifecycle) return std::string("(none)");
    return std::string(json::find(json::parse(lifecycle->text).value(), "postStart.exec.command")->at(2).as_string());
  };
  EXPECT_THAT(hook("{}"), HasSubstr("cp /operator-config/openclaw.json /home/openclaw/.openclaw/openclaw.json"));
  EXPECT_THAT(
      hook(R"({"config":{"mergeMode":"merge","forcePaths":["a.b"]}})"),
      testing::AllOf(HasSubstr("node -e"), HasSubstr("/operator-config/openclaw.json"), HasSubstr(R"('["a.b"]')")));
  EXPECT_EQ(hook(kJson5), "(none)");
  EXPECT_EQ(json::write(pod_of("{}").containers.at(0).volume_mounts.back()),
            R"({"mountPath":"/operator-config","name":"config","readOnly":true})");
}

TEST(ShellQuoting, MakesOneWordOfAnything) {
  EXPECT_EQ(shell_quoted("a b"), "'a b'");
  EXPECT_EQ(shell_quoted("it's; $(x) `y` \\"), R"('it'\''s; $(x) `y` \')");
}

// The folders of an init container, below a folder of this test.
class Scripts : public testing::Test {
 protected:
  Scripts() {
    std::string pattern = (fs::temp_directory_path() / "rotor-scripts-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    root = pattern;
    for (const char* folder : {"data", "config", "workspace-init", "tmp"}) fs::create_directory(root / folder);
  }
  ~Scripts() override { fs::remove_all(root); }
  Scripts(const Scripts&) = delete;
  Scripts& operator=(const Scripts&) = delete;

  void write(const std::string& path, std::string_view text) const {
    fs::create_directories((root / path).parent_path());
    std::ofstream(root / path) << text;
  }
  std::string read(const std::string& path) const {
    return fs::exists(root / path) ? rotor::test::read_file((root / path).string()) : "(none)";
  }
  // Lays the ConfigMaps out and runs the init container's script.
  int start(std::string_view spec, const std::string& config, const Surroundings& around = {},
            const std::string& shell = "busybox sh") const {
    const OpenClawInstance instance = starting(spec);
    write("config/openclaw.json", config);
    for (const WorkspaceFolder& folder : plan_workspace(instance.spec, around).folders) {
      for (const WorkspaceFile& file : folder.files) write("workspace-init/" + file.key, file.content);
    }
    write("script", moved_here(build_init_config(instance, around).command.at(2)));
    const std::string command = shell + " " + (root / "script").string() + " 2>" + (root / "stderr").string();
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  fs::path root;

 private:
  // The script's absolute paths, in one walk over its text.
  std::string moved_here(const std::string& script) const {
    std::string out;
    for (std::size_t at = 0; at < script.size(); ++at) {
      const std::string_view rest = std::string_view(script).substr(at);
      for (const char* folder : {"/data/", "/config/", "/workspace-init/", "/tmp/", "/app/"}) {
        const bool begins = at == 0 || script[at - 1] == ' ' || script[at - 1] == '\'';
        if (begins && rest.starts_with(folder)) out += root.string();
      }
      out += script[at];
    }
    return out;
  }
};

TEST_F(Scripts, OverwritingMakesTheFileWhatItShouldBe) {
  write("data/openclaw.json", R"({"old":1})");
  for (const char* shell : {"busybox sh", "sh"}) {
    EXPECT_EQ(start("{}", R"({"new":1})", {}, shell), 0) << read("stderr");
    EXPECT_EQ(read("data/openclaw.json"), R"({"new":1})");
  }
}

TEST_F(Scripts, AFailedCopyFailsTheInitContainer) {
  fs::create_directory(root / "data/openclaw.json");
  fs::create_directory(root / "data/openclaw.json/openclaw.json");
  EXPECT_NE(start("{}", "{}"), 0);
  EXPECT_FALSE(fs::exists(root / "data/workspace")) << "nothing goes on after it";
}

std::string merged(const std::string& text, std::string_view path) {
  const auto document = json::parse(text);
  const json::Value* found = document ? json::find(*document, path) : nullptr;
  return found == nullptr ? "(none)" : json::serialize(*found);
}

TEST_F(Scripts, MergingKeepsWhatTheProgramWroteBesideIt) {
  write("data/openclaw.json", R"({"channels":{"telegram":{"on":true}},"gateway":{"mode":"x","port":1},"list":[1,2]})");
  ASSERT_EQ(start(kMerge, R"({"gateway":{"mode":"local"},"list":[3],"new":null})", {}, "sh"), 0) << read("stderr");
  const std::string after = read("data/openclaw.json");
  EXPECT_EQ(merged(after, "channels"), R"({"telegram":{"on":true}})");
  EXPECT_EQ(merged(after, "gateway"), R"({"mode":"local","port":1})");
  EXPECT_EQ(merged(after, "list"), "[3]");
  EXPECT_EQ(merged(after, "new"), "null");
}

TEST_F(Scripts, B139ForcedPathsAreExactlyWhatTheInstanceSays) {
  write("data/openclaw.json", R"({"models":{"providers":{"rogue":{}},"default":"m"},"gateway":{"rogue":1},
                                  "channels":{"a":1},"list":[{"x":1}]})");
  constexpr std::string_view kForced =
      R"({"config":{"mergeMode":"merge","forcePaths":["gateway","models.providers","list.0.x","no.such"]}})";
  ASSERT_EQ(start(kForced, R"({"models":{"providers":{"mine":{"a":1}}},"gateway":{"mode":"local"}})", {}, "sh"), 0)
      << read("stderr");
  const std::string after = read("data/openclaw.json");
  EXPECT_EQ(merged(after, "models"), R"({"default":"m","providers":{"mine":{"a":1}}})");
  EXPECT_EQ(merged(after, "gateway"), R"({"mode":"local"})");
  EXPECT_EQ(merged(after, "channels"), R"({"a":1})");
  EXPECT_EQ(merged(after, "list"), R"([{"x":1}])") << "a path leads through objects, not into lists";
}

TEST_F(Scripts, MergingPutsAFileAsideThatCannotBeRead) {
  for (const char* broken : {"{not json", "[1]", "null"}) {
    write("data/openclaw.json", broken);
    ASSERT_EQ(start(kMerge, R"({"a":1})", {}, "sh"), 0) << read("stderr");
    EXPECT_EQ(merged(read("data/openclaw.json"), "a"), "1");
  }
  const auto aside = std::ranges::count_if(fs::directory_iterator(root / "data"), [](const auto& entry) {
    return entry.path().filename().string().starts_with("openclaw.json.invalid-");
  });
  EXPECT_GE(aside, 1);
}

TEST_F(Scripts, MergingOntoNothingIsACopy) {
  ASSERT_EQ(start(kMerge, R"({"a":{"__proto__":{"x":1}}})", {}, "sh"), 0) << read("stderr");
  EXPECT_EQ(merged(read("data/openclaw.json"), "a.__proto__.x"), "1");
}

TEST_F(Scripts, MergingSomethingThatIsNoJsonFailsAndChangesNothing) {
  write("data/openclaw.json", R"({"old":1})");
  EXPECT_NE(start(kMerge, "{json5: 1}", {}, "sh"), 0);
  EXPECT_EQ(read("data/openclaw.json"), R"({"old":1})");
}

TEST_F(Scripts, B141Json5IsConvertedByTheConverterOfTheImage) {
  // In place of the image's: it answers with a fixed text, so that what is seen is that it ran and where its answer
  // went.
  write("app/node_modules/json5/lib/cli.js",
        R"(process.stdout.write('{"from":"' + process.argv[2].slice(-20) + '"}'))");
  ASSERT_EQ(start(kJson5, "{a: 1}", {}, "sh"), 0) << read("stderr");
  EXPECT_EQ(merged(read("data/openclaw.json"), "from"), R"("config/openclaw.json")");
}

TEST_F(Scripts, B142AFileOfAnyNameArrivesUnderThatName) {
  const std::string name = "it's a $(touch pwned) `x` \"file\".md";
  Surroundings around;
  around.config_maps.emplace("w", std::make_shared<const api::StringMap>(api::StringMap{{"SOUL.md", "external"}}));
  json::Object files;
  files[name] = "text";
  const std::string spec =
      R"({"workspace":{"configMapRef":{"name":"w"},"initialFiles":)" + json::serialize(files) + "}}";
  ASSERT_EQ(start(spec, "{}", around), 0) << read("stderr");
  EXPECT_EQ(read("data/workspace/" + name), "text");
  EXPECT_EQ(read("data/workspace/SOUL.md"), "external");
  EXPECT_FALSE(fs::exists("pwned"));
}

TEST_F(Scripts, B143FoldersAreMadeSortedAndTwiceIsOnce) {
  constexpr std::string_view kFolders = R"({"workspace":{"initialDirectories":["tools/scripts","memory"]}})";
  const std::string script = init_of(kFolders).command.at(2);
  EXPECT_LT(script.find("'/data/workspace/memory'"), script.find("'/data/workspace/tools/scripts'"));
  for (int i = 0; i < 2; ++i) ASSERT_EQ(start(kFolders, "{}"), 0) << read("stderr");
  EXPECT_TRUE(fs::is_directory(root / "data/workspace/tools/scripts"));
  EXPECT_TRUE(fs::is_directory(root / "data/workspace/memory"));
}

TEST_F(Scripts, B144FilesAreSeededOnlyWhereThereIsNone) {
  constexpr std::string_view kFiles = R"({"workspace":{"initialFiles":{"AGENT.md":"1","agents/x/AGENT.md":"2"}}})";
  write("data/workspace/AGENT.md", "the assistant's own");
  ASSERT_EQ(start(kFiles, "{}"), 0) << read("stderr");
  EXPECT_EQ(read("data/workspace/AGENT.md"), "the assistant's own");
  EXPECT_EQ(read("data/workspace/agents/x/AGENT.md"), "2");
  EXPECT_NE(read("data/workspace/ENVIRONMENT.md"), "(none)");
}

TEST_F(Scripts, TheFirstConversationComesOnce) {
  ASSERT_EQ(start("{}", "{}"), 0);
  EXPECT_NE(read("data/workspace/BOOTSTRAP.md"), "(none)");
  fs::remove(root / "data/workspace/BOOTSTRAP.md");
  write("data/workspace/IDENTITY.md", "I am");
  ASSERT_EQ(start("{}", "{}"), 0);
  EXPECT_EQ(read("data/workspace/BOOTSTRAP.md"), "(none)");
}

TEST_F(Scripts, AnotherAgentsFilesGoToItsOwnFolder) {
  constexpr std::string_view kTwo =
      R"({"workspace":{"additionalWorkspaces":[{"name":"r","initialFiles":{"a/S.md":"r"},"initialDirectories":["d"]}]}})";
  ASSERT_EQ(start(kTwo, "{}"), 0) << read("stderr");
  EXPECT_EQ(read("data/workspace-r/a/S.md"), "r");
  EXPECT_TRUE(fs::is_directory(root / "data/workspace-r/d"));
  EXPECT_EQ(read("data/workspace-r/BOOTSTRAP.md"), "(none)");
}

}  // namespace
}  // namespace rotor::openclaw
