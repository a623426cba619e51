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
  EXPECT_THAT(rotor.output(), HasSubstr("stopping: waiting up to 30 s for openclaw/my-assistant (pid "));
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
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(15)) << "the grace is 30 s";
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

}  // namespace
}  // namespace rotor::cli
