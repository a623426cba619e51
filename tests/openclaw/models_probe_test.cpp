// The live test of model keys, run by a real node against a program that answers as OpenClaw 2026.9.6 does.
#include "openclaw/proof/models_probe.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

namespace rotor::openclaw {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class ModelsProbe : public testing::Test {
 protected:
  ModelsProbe() {
    std::string pattern = (fs::temp_directory_path() / "models-probe-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    temporary = folder.string();
    std::ofstream(folder / "probe.js") << models_probe_command().at(2);
  }
  ~ModelsProbe() override { fs::remove_all(folder); }

  // `script`: what `openclaw` does, in sh. $T is the folder of the test.
  void openclaw(const std::string& script) {
    std::ofstream(folder / "openclaw") << "#!/bin/sh\n" << script << "\n";
    fs::permissions(folder / "openclaw", fs::perms::owner_all);
  }
  void answers(const std::string& results) {
    openclaw(R"(echo 'Config warnings: none'; echo '{"auth":{"probes":{"results":[)" + results + R"(]}}}'; exit 0)");
  }
  int run(int patience_ms = 400) {
    const std::string command = "cd " + folder.string() + " && T=" + folder.string() + " TMPDIR=" + temporary +
                                " HOME=" + folder.string() + "/home PATH=" + folder.string() +
                                ":$PATH ROTOR_PROOF_PATIENCE_MS=" + std::to_string(patience_ms) +
                                " ROTOR_PROOF_PAUSE_MS=20" + " node -e \"$(cat probe.js)\" 2>&1";
    std::FILE* pipe = ::popen(command.c_str(), "r");
    std::array<char, 4096> buffer{};
    said.clear();
    while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) said += buffer.data();
    return WEXITSTATUS(::pclose(pipe));
  }
  std::string file(const char* name) const {
    std::ifstream in(folder / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path folder;
  std::string temporary;  // TMPDIR
  std::string said;
};

TEST_F(ModelsProbe, IsGoodOnlyWhenEveryProviderAnswered) {
  answers(R"({"provider":"anthropic","status":"ok","latencyMs":1200},{"provider":"openai","status":"ok"})");
  EXPECT_EQ(run(), 0) << said;
  answers(R"({"provider":"anthropic","status":"ok"},{"provider":"openai","status":"timeout"})");
  EXPECT_EQ(run(), 2) << said;
  answers("");
  EXPECT_EQ(run(), 2) << said;
}

TEST_F(ModelsProbe, IsBadWhenAKeyIsRefusedAlthoughTheProgramEndsWithZero) {
  for (const char* status : {"auth", "billing"}) {
    answers(R"({"provider":"openai","status":"ok"},{"provider":"anthropic","status":")" + std::string(status) +
            R"(","error":"canary-4711"})");
    EXPECT_EQ(run(), 1) << said;
    EXPECT_THAT(said, HasSubstr(status));
    EXPECT_THAT(said, Not(HasSubstr("canary-4711")));
  }
}

TEST_F(ModelsProbe, AsksAgainWhileAProviderIsCoolingDown) {
  openclaw(R"(
    n=$(cat "$T/asked" 2>/dev/null || echo 0); echo $((n + 1)) > "$T/asked"
    if [ "$n" -lt 2 ]; then
      echo '{"auth":{"probes":{"results":[{"status":"auth","error":"Inline API key is temporarily disabled"}]}}}'
    else
      echo '{"auth":{"probes":{"results":[{"status":"ok"}]}}}'
    fi)");
  EXPECT_EQ(run(20000), 0) << said;
  EXPECT_EQ(file("asked"), "3\n");
}

TEST_F(ModelsProbe, HasNoVerdictWhenTheProgramIsMissingBreaksOrHangs) {
  EXPECT_EQ(run(), 2) << said;
  openclaw("echo 'gateway is running' >&2; exit 1");
  EXPECT_EQ(run(), 2) << said;
  openclaw("echo '{broken'");
  EXPECT_EQ(run(), 2) << said;
  openclaw("exec sleep 60");
  EXPECT_EQ(run(), 2) << said;
}

TEST_F(ModelsProbe, HasNoVerdictWhereNothingCanBeWritten) {
  answers(R"({"provider":"anthropic","status":"ok"})");
  temporary = (folder / "not-there").string();
  EXPECT_EQ(run(), 2) << said;
  EXPECT_THAT(said, HasSubstr("the test itself failed"));
}

TEST_F(ModelsProbe, GivesTheProgramAScratchFolderAndTheConfigurationOfTheInstance) {
  openclaw(R"(echo "$OPENCLAW_STATE_DIR $OPENCLAW_CONFIG_PATH $*" > "$T/seen"
              echo '{"auth":{"probes":{"results":[{"status":"ok"}]}}}')");
  EXPECT_EQ(run(), 0) << said;
  EXPECT_THAT(file("seen"), HasSubstr(folder.string() + "/rotor-proof-"));
  EXPECT_THAT(file("seen"), HasSubstr(folder.string() + "/home/.openclaw/openclaw.json models status --probe --json"));
  for (const auto& entry : fs::directory_iterator(folder)) {
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("rotor-proof-"))) << "left behind";
  }
}

TEST_F(ModelsProbe, AsksTheProvidersThatTheConfigurationNamesOneByOne) {
  fs::create_directories(folder / "home/.openclaw");
  std::ofstream(folder / "home/.openclaw/openclaw.json")
      << R"({"agents":{"defaults":{"model":{"primary":"anthropic/one","fallbacks":["openai/two"]}}},)"
      << R"("models":{"providers":{"mine":{},"anthropic":{}}}})";
  openclaw(R"(echo "$*" >> "$T/seen"
    case "$*" in *openai*) status=auth ;; *) status=ok ;; esac
    echo "{\"auth\":{\"probes\":{\"results\":[{\"status\":\"$status\"}]}}}")");
  EXPECT_EQ(run(20000), 1) << said;
  EXPECT_EQ(file("seen"),
            "models status --probe --probe-provider anthropic --json\n"
            "models status --probe --probe-provider openai --json\n"
            "models status --probe --probe-provider mine --json\n");
}

TEST_F(ModelsProbe, TakesAnAnswerBeforeTheProgramHasCleanedUp) {
  openclaw(R"(echo '{"auth":{"probes":{"results":[{"status":"ok"}]}}}'; sleep 60 & exec sleep 60)");
  EXPECT_EQ(run(20000), 0) << said;
}

}  // namespace
}  // namespace rotor::openclaw
