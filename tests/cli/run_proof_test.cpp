// `rotor run --proof` as a whole.
#include <csignal>

#include <gmock/gmock.h>

#include "cli/cli.hpp"
#include "tests/cli/rotor_process.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kOld = "openclaw/api-keys: {anthropic: one-old, openai: same}\n";
constexpr const char* kNew = "openclaw/api-keys: {anthropic: two-new, openai: same}\n";

TEST(RunWithAProof, KeepsTheProcessAndShowsNothingOfWhatTheProofPrints) {
  Folder folder;
  const std::string values = folder.write("values.yaml", kOld);
  RotorProcess rotor({"run", "-f", test::source_path("examples/quickstart"), "--values", values, "--proof",
                      "echo leak-$ANTHROPIC_API_KEY; echo leak-$ANTHROPIC_API_KEY >&2; exit 1", "--", "sh", "-c",
                      "echo ready; exec sleep 600"});
  ASSERT_TRUE(rotor.says("ready\n")) << rotor.output();
  ASSERT_TRUE(rotor.says("started, pid")) << rotor.output();
  folder.write("values.yaml", kNew);
  ASSERT_TRUE(rotor.says("proof: key ANTHROPIC_API_KEY of secret openclaw-api-keys is bad")) << rotor.output();
  rotor.signal(SIGINT);
  EXPECT_EQ(rotor.exit_code(), kOk);
  EXPECT_THAT(rotor.output(), Not(HasSubstr("leak-")));
  EXPECT_THAT(rotor.output(), Not(HasSubstr("(start 2)")));
}

TEST(RunWithAProof, IsNothingForOneRunOfACommand) {
  RotorProcess rotor(
      {"run", "-f", test::source_path("examples/quickstart"), "--once", "--proof", "true", "--", "true"});
  EXPECT_EQ(rotor.exit_code(), kUsage);
  EXPECT_THAT(rotor.output(), HasSubstr("--proof"));
}

TEST(RunWithAProof, IsRefusedWithoutACommandThatTriesAnything) {
  for (const char* command : {"", "  \n"}) {
    RotorProcess rotor({"run", "-f", test::source_path("examples/quickstart"), "--proof", command, "--", "true"});
    EXPECT_EQ(rotor.exit_code(), kUsage) << rotor.output();
    EXPECT_THAT(rotor.output(), HasSubstr("--proof: an empty command tries nothing"));
  }
}

TEST(TheExampleOfTheRealAgent, GivesItsProcessKeysAndToken) {
  const std::string folder = test::source_path("examples/real-agent");
  RotorProcess rotor({"env", "-f", folder + "/agent.yaml", "--values", folder + "/values.yaml"});
  EXPECT_EQ(rotor.exit_code(), kOk) << rotor.output();
  EXPECT_THAT(rotor.output(), HasSubstr("ANTHROPIC_API_KEY"));
  EXPECT_THAT(rotor.output(), HasSubstr("key token of secret gateway-token"));
}

}  // namespace
}  // namespace rotor::cli
