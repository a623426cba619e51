// The scripts of the init containers, run by a real shell in a folder of their own.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "tests/fakes/source_dir.hpp"
#include "tests/openclaw/instances.hpp"

namespace rotor::openclaw {
namespace {

namespace fs = std::filesystem;

class InitScripts : public testing::Test {
 protected:
  InitScripts() {
    std::string pattern = testing::TempDir() + "rotor-init-XXXXXX";
    root = mkdtemp(pattern.data());
    fs::create_directories(root / "data");
    fs::create_directories(root / "image");
    write(root / "image" / "uv", "the uv of the image");
    fs::permissions(root / "image" / "uv", fs::perms::owner_all);
  }
  ~InitScripts() override { fs::remove_all(root); }

  static void write(const fs::path& path, std::string_view text) { std::ofstream(path) << text; }
  std::string content(std::string_view path) const { return rotor::test::read_file((root / path).string()); }

  // With the container's paths where they lie here; `path`: where programs are looked for before the usual places.
  int run(std::string_view container, const std::string& path = "") const {
    std::string script = container_of(pod_of(), container).command.at(2);
    replace(script, "/usr/local/bin/uv", (root / "image" / "uv").string());
    replace(script, "/data", (root / "data").string());
    write(root / "script", script);
    const std::string command = "PATH='" + (root / path).string() + "':\"$PATH\" sh '" + (root / "script").string() +
                                "' >'" + (root / "said").string() + "' 2>&1";
    return WEXITSTATUS(std::system(command.c_str()));
  }
  static void replace(std::string& text, std::string_view from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
    }
  }
  void program(const std::string& name, std::string_view script) const {
    fs::create_directories(root / "bin");
    write(root / "bin" / name, script);
    fs::permissions(root / "bin" / name, fs::perms::owner_all);
  }

  fs::path root;
};

TEST_F(InitScripts, UvMakesTheFoldersAndLeavesItsProgram) {
  ASSERT_EQ(run("init-uv"), 0) << content("said");
  for (const char* folder : {".local/bin", ".cache", ".config", "skills"}) {
    EXPECT_TRUE(fs::is_directory(root / "data" / folder)) << folder;
  }
  EXPECT_EQ(content("data/.local/bin/uv"), "the uv of the image");
  EXPECT_EQ(access((root / "data/.local/bin/uv").c_str(), X_OK), 0);
}

TEST_F(InitScripts, UvLeavesAProgramThatIsThereAlone) {
  ASSERT_EQ(run("init-uv"), 0);
  write(root / "data/.local/bin/uv", "the user's own");
  ASSERT_EQ(run("init-uv"), 0);
  EXPECT_EQ(content("data/.local/bin/uv"), "the user's own");
}

TEST_F(InitScripts, UvMendsACopyThatWasCutOff) {
  fs::create_directories(root / "data/.local/bin");
  write(root / "data/.local/bin/.uv.new", "half a pro");
  ASSERT_EQ(run("init-uv"), 0) << content("said");
  EXPECT_EQ(content("data/.local/bin/uv"), "the uv of the image");
}

TEST_F(InitScripts, UvFailsWhenItCannotDoItsPart) {
  fs::remove(root / "image" / "uv");
  EXPECT_NE(run("init-uv"), 0);
  EXPECT_FALSE(fs::exists(root / "data/.local/bin/uv"));
}

TEST_F(InitScripts, PipIsInstalledByTheImagesPython) {
  program("python3", "#!/bin/sh\necho \"$@\"\n");
  ASSERT_EQ(run("init-pip", "bin"), 0);
  EXPECT_EQ(content("said"), "-m ensurepip --upgrade --user\n");
}

TEST_F(InitScripts, PipThatCannotBeInstalledHoldsNobodyUp) {
  program("python3", "#!/bin/sh\necho 'No module named ensurepip' >&2\nexit 1\n");
  EXPECT_EQ(run("init-pip", "bin"), 0);
  EXPECT_THAT(content("said"), testing::HasSubstr("No module named ensurepip"));
  EXPECT_THAT(content("said"), testing::HasSubstr("pip is not installed"));
}

TEST_F(InitScripts, PluginsFindTheProgramAsAPackage) {
  ASSERT_EQ(run("init-plugin-runtime-deps"), 0) << content("said");
  const fs::path link = root / "data/plugin-runtime-deps/node_modules/openclaw";
  ASSERT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(fs::read_symlink(link), "/app");
}

TEST_F(InitScripts, PluginsFindItAgainWhateverStandsThere) {
  const fs::path link = root / "data/plugin-runtime-deps/node_modules/openclaw";
  fs::create_directories(link);
  write(link / "package.json", "{}");
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(run("init-plugin-runtime-deps"), 0) << content("said");
    ASSERT_TRUE(fs::is_symlink(link));
    EXPECT_EQ(fs::read_symlink(link), "/app");
  }
}

}  // namespace
}  // namespace rotor::openclaw
