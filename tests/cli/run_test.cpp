// `rotor run` as a whole: signals and what is left when it ends.
#include <csignal>

#include <gmock/gmock.h>
#include <unistd.h>

#include "cli/cli.hpp"
#include "tests/cli/rotor_process.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> quickstart(std::vector<std::string> command) {
  std::vector<std::string> out = {"run",
                                  "-f",
                                  test::source_path("examples/quickstart"),
                                  "--values",
                                  test::source_path("examples/quickstart.values.yaml"),
                                  "--"};
  out.insert(out.end(), command.begin(), command.end());
  return out;
}

TEST(RunCommand, StopsInOrderAtTheFirstSignalAndLeavesNothing) {
  RotorProcess rotor(
      quickstart({"sh", "-c", "trap 'echo ending; exit 0' TERM; echo ready; while :; do sleep 0.1; done"}));
  ASSERT_TRUE(rotor.says("ready\n")) << rotor.output();
  ASSERT_TRUE(rotor.says("started, pid")) << rotor.output();
  rotor.signal(SIGINT);
  EXPECT_EQ(rotor.exit_code(), kOk);
  EXPECT_THAT(rotor.output(), HasSubstr("stopping: waiting up to 330 s for openclaw/my-assistant (pid "));
  EXPECT_THAT(rotor.output(), HasSubstr("Ctrl-C again ends it at once"));
  EXPECT_THAT(rotor.output(), HasSubstr("ending\n"));
  EXPECT_THAT(rotor.left_behind(), IsEmpty());
}

TEST(RunCommand, KillsAtOnceAtTheSecondSignalAndSaysSo) {
  RotorProcess rotor(quickstart({"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"}));
  ASSERT_TRUE(rotor.says("ready\n")) << rotor.output();
  ASSERT_TRUE(rotor.says("started, pid")) << rotor.output();
  rotor.signal(SIGINT);
  ASSERT_TRUE(rotor.says("Ctrl-C again")) << rotor.output();
  const auto asked = std::chrono::steady_clock::now();
  for (int i = 0; i < 200 && !rotor.says("stopping at once", std::chrono::milliseconds(50)); ++i) rotor.signal(SIGINT);
  EXPECT_EQ(rotor.exit_code(), kOk);
  EXPECT_THAT(rotor.output(), HasSubstr("stopping at once: SIGKILL to every process"));
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(15)) << "the grace is 330 s";
  EXPECT_THAT(rotor.left_behind(), IsEmpty());
}

// Wherever the start is, a signal ends it cleanly: the last of these come when everything is applied.
TEST(RunCommand, EndsCleanlyWhenInterruptedDuringItsStart) {
  for (const int milliseconds : {20, 60, 100, 140, 180, 220, 300}) {
    RotorProcess rotor(quickstart({"sleep", "100"}));
    usleep(static_cast<useconds_t>(milliseconds) * 1000);
    rotor.signal(SIGINT);
    const int code = rotor.exit_code();
    EXPECT_TRUE(code == kOk || (code == 128 + SIGINT && rotor.output().empty())) << milliseconds << " ms: " << code;
    EXPECT_THAT(rotor.left_behind(), IsEmpty()) << milliseconds << " ms";
    EXPECT_THAT(rotor.output(), Not(HasSubstr("rotor run: "))) << milliseconds << " ms";
  }
}

// Two pods of their own, without an instance: alpha's command exits with one code, beta's with another.
std::string two_sets(const std::string& alpha, const std::string& beta) {
  std::string out;
  for (const auto& [name, script] : {std::pair("alpha", alpha), {"beta", beta}}) {
    out += std::string("---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: ") + name +
           "}\nspec:\n  selector: {matchLabels: {app: " + name +
           "}}\n  serviceName: x\n  template:\n    metadata: {labels: {app: " + name +
           "}}\n    spec:\n      containers:\n      - name: c\n        image: i\n        command: [sh, -c, '" + script +
           "']\n";
  }
  return out;
}

TEST(RunCommand, KeepsItsValuesWhenTheirFileIsEmptiedForAMoment) {
  const Folder folder;
  auto arguments = quickstart({"sh", "-c", "echo agent; sleep 100"});
  constexpr const char* kGood = "openclaw/api-keys: {anthropic: a, openai: b}\nopenclaw/gateway-token: t\n";
  arguments[4] = folder.write("values.yaml", kGood);
  RotorProcess rotor(arguments);
  ASSERT_TRUE(rotor.says("started, pid")) << rotor.output();
  folder.write("values.yaml", "");
  ASSERT_TRUE(
      rotor.says("it is empty: leave a comment in it to take all values away; the last good values stay in force"))
      << rotor.output();
  folder.write("values.yaml", kGood);
  ASSERT_TRUE(rotor.says("can be read again; nothing changed")) << rotor.output();
  rotor.signal(SIGINT);
  EXPECT_EQ(rotor.exit_code(), kOk);
  EXPECT_THAT(rotor.output(), Not(HasSubstr("(start 2)")));
  EXPECT_THAT(rotor.output(), Not(HasSubstr("changed: ")));
}

TEST(RunCommand, LeavesNothingWhenItCannotStart) {
  RotorProcess first(quickstart({"sh", "-c", "echo agent; sleep 100"}));
  ASSERT_TRUE(first.says("started, pid")) << first.output();
  const std::string said = first.output();
  const auto at = said.find("https://127.0.0.1:") + 18;
  const std::string port = said.substr(at, said.find(' ', at) - at);
  auto arguments = quickstart({"true"});
  arguments.insert(arguments.begin() + 1, {"--port", port});
  RotorProcess second(arguments);
  EXPECT_EQ(second.exit_code(), kFailed) << second.output();
  EXPECT_THAT(second.output(), HasSubstr("without it any free port is taken"));
  EXPECT_THAT(second.left_behind(), IsEmpty());
  first.signal(SIGINT);
  EXPECT_EQ(first.exit_code(), kOk);
}

TEST(RunCommand, SaysInAWholeSentenceHowAnotherStateFolderIsNamed) {
  const Folder folder;
  auto arguments = quickstart({"true"});
  arguments.insert(arguments.begin() + 1, {"--state-dir", folder.write("taken", "a file")});
  RotorProcess rotor(arguments);
  EXPECT_EQ(rotor.exit_code(), kFailed);
  EXPECT_THAT(rotor.output(), testing::EndsWith("; name another folder with --state-dir DIR\n"));
}

TEST(RunOnce, EndsWithTheFirstCodeThatIsNotZeroInTheOrderOfTheManifests) {
  const Folder folder;
  const std::string file = folder.write("sets.yaml", two_sets("sleep 0.3; exit 7", "exit 3"));
  RotorProcess rotor({"run", "--once", "-f", file});
  EXPECT_EQ(rotor.exit_code(), 7) << rotor.output();
  EXPECT_THAT(rotor.output(), HasSubstr("exited with code 3"));
  EXPECT_THAT(rotor.output(), Not(HasSubstr("starting again")));
  EXPECT_THAT(rotor.left_behind(), IsEmpty());
}

TEST(RunOnce, IsZeroWhenAllAreAndTheSignalOfTheOneItEnded) {
  const Folder folder;
  RotorProcess good({"run", "--once", "-f", folder.write("sets.yaml", two_sets("exit 0", "exit 0"))});
  EXPECT_EQ(good.exit_code(), 0) << good.output();
  RotorProcess killed({"run", "--once", "-f", folder.write("sets.yaml", two_sets("exit 0", "kill -9 $$$$"))});
  EXPECT_EQ(killed.exit_code(), 128 + SIGKILL) << killed.output();
}

TEST(RunOnce, EndsWithOneAndTheReasonWhenSomethingCanNeverStart) {
  const Folder folder;
  RotorProcess missing(
      {"run", "--once", "-f", folder.write("sets.yaml", two_sets("exit 0", "exit 0")), "--", "no-such-program"});
  EXPECT_EQ(missing.exit_code(), kFailed) << missing.output();
  EXPECT_THAT(missing.output(), HasSubstr("default/alpha could not start: cannot run no-such-program"));
  auto arguments = quickstart({"true"});
  arguments[4] = folder.write("values.yaml", "other: x\n");
  arguments.insert(arguments.begin() + 1, {"--once", "--wait", "2s"});
  RotorProcess waiting(arguments);
  EXPECT_EQ(waiting.exit_code(), kFailed) << waiting.output();
  EXPECT_THAT(waiting.output(),
              HasSubstr("openclaw/my-assistant could not start: secret \"openclaw-api-keys\" not found"));
  EXPECT_THAT(waiting.output(), HasSubstr("ExternalSecret openclaw/openclaw-api-keys: "));
}

TEST(RunOnce, RefusesManifestsThatHoldNothingToRunOrThatAreNotWhole) {
  const Folder folder;
  RotorProcess nothing(
      {"run", "--once", "-f", folder.write("map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")});
  EXPECT_EQ(nothing.exit_code(), kFailed);
  EXPECT_THAT(nothing.output(), HasSubstr("there is nothing to run"));
  RotorProcess broken(
      {"run", "--once", "-f", folder.write("sets.yaml", two_sets("exit 0", "exit 0") + "---\nkind: [\n")});
  EXPECT_EQ(broken.exit_code(), kFailed) << broken.output();
  EXPECT_THAT(broken.output(), HasSubstr("not all manifests could be applied"));
}

std::vector<std::string> quickstart_env(std::vector<std::string> flags) {
  std::vector<std::string> out = {"env", "-f", test::source_path("examples/quickstart"), "--values",
                                  test::source_path("examples/quickstart.values.yaml")};
  out.insert(out.end(), flags.begin(), flags.end());
  return out;
}

TEST(EnvCommand, ShowsNamesSourcesAndSizesAndStartsNothing) {
  RotorProcess rotor(quickstart_env({}));
  EXPECT_EQ(rotor.exit_code(), kOk) << rotor.output();
  EXPECT_THAT(rotor.output(),
              testing::ContainsRegex("ANTHROPIC_API_KEY +31 bytes  key ANTHROPIC_API_KEY of secret openclaw-api-keys"));
  EXPECT_THAT(rotor.output(), testing::ContainsRegex("PATH +[0-9]+ bytes  this shell"));
  EXPECT_THAT(rotor.output(), Not(HasSubstr("sk-ant-example")));
  EXPECT_THAT(rotor.output(), Not(HasSubstr("started, pid")));
  EXPECT_THAT(rotor.left_behind(), IsEmpty());
}

TEST(EnvCommand, PrintsValuesWhenAskedTo) {
  RotorProcess rotor(quickstart_env({"--show-values", "-o", "dotenv"}));
  EXPECT_EQ(rotor.exit_code(), kOk) << rotor.output();
  EXPECT_THAT(rotor.output(), HasSubstr("# openclaw/my-assistant\n"));
  EXPECT_THAT(rotor.output(), HasSubstr("\nANTHROPIC_API_KEY=sk-ant-example-0000000000000001\n"));
}

TEST(EnvCommand, SaysWhatIsMissing) {
  const Folder folder;
  auto arguments = quickstart_env({"--wait", "2s"});
  arguments[4] = folder.write("values.yaml", "other: x\n");
  RotorProcess rotor(arguments);
  EXPECT_EQ(rotor.exit_code(), kFailed) << rotor.output();
  EXPECT_THAT(rotor.output(), HasSubstr("secret \"openclaw-api-keys\" not found"));
  EXPECT_THAT(rotor.output(), HasSubstr("ExternalSecret openclaw/openclaw-api-keys: "));
}

TEST(EnvCommand, WaitsForNothingThatNoTimeRepairsAndEndsWithItsCause) {
  const Folder folder;
  auto arguments = quickstart_env({"--wait", "5m"});
  arguments[4] = folder.write("values.yaml", "openclaw/api-keys: {anthropic: x}\n");
  RotorProcess rotor(arguments);
  EXPECT_EQ(rotor.exit_code(), kFailed) << rotor.output();
  const auto could_not = rotor.output().find("openclaw/my-assistant could not start: ");
  const auto cause = rotor.output().rfind("ExternalSecret openclaw/openclaw-api-keys: ");
  ASSERT_NE(could_not, std::string::npos) << rotor.output();
  ASSERT_NE(cause, std::string::npos) << rotor.output();
  EXPECT_LT(could_not, cause);
  EXPECT_THAT(rotor.output().substr(cause), HasSubstr("has no property \"openai\"; add it there\n"));
  EXPECT_THAT(rotor.output().substr(cause), testing::EndsWith("add it there\n"));
}

TEST(EnvCommand, WantsOneInstanceForDotenv) {
  const Folder folder;
  const std::string file = folder.write("sets.yaml", two_sets("exit 0", "exit 0"));
  RotorProcess two({"env", "-f", file, "-o", "dotenv"});
  EXPECT_EQ(two.exit_code(), kFailed) << two.output();
  EXPECT_THAT(two.output(), HasSubstr("choose one with --instance"));
  RotorProcess one({"env", "-f", file, "-o", "dotenv", "--instance", "beta"});
  EXPECT_EQ(one.exit_code(), kOk) << one.output();
  EXPECT_THAT(one.output(), HasSubstr("# default/beta\n"));
}

}  // namespace
}  // namespace rotor::cli
