// Which server `rotor status` looks at.
#include "cli/choose_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/cli/rotor_process.hpp"

namespace rotor::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Case {
  std::string name;
  ServerFlags flags;
  std::string named_run;
  Surroundings around;
  std::string kubeconfig;
  std::string said;
};

class Server : public testing::TestWithParam<Case> {};

TEST_P(Server, IsChosen) {
  const Case& c = GetParam();
  const auto chosen = choose_server(c.flags, c.named_run, c.around);
  ASSERT_TRUE(chosen) << chosen.error().message;
  EXPECT_EQ(chosen->kubeconfig, c.kubeconfig);
  EXPECT_EQ(chosen->said, c.said);
}

const Case kCases[] = {
    {"ByFlag",
     {.kubeconfig = "k"},
     "/s/run-1",
     {.kubeconfig_variable = "v", .runs = {"/s/run-2"}},
     "k",
     "--kubeconfig"},
    {"ByManifests",
     {.manifests = {"m"}},
     "/s/run-1",
     {.kubeconfig_variable = "v"},
     "/s/run-1/kubeconfig",
     "`rotor run` in /s/run-1"},
    {"ByVariable", {}, "", {.kubeconfig_variable = "v", .home_kubeconfig = "/h/.kube/config"}, "", "$KUBECONFIG"},
    {"InAPod", {}, "", {.in_pod = true, .home_kubeconfig = "/h/.kube/config"}, "", "the pod's ServiceAccount"},
    {"OfTheAccount", {}, "", {.home_kubeconfig = "/h/.kube/config"}, "", "/h/.kube/config"},
    {"ARunWithoutACluster", {}, "", {.runs = {"/s/run-1"}}, "/s/run-1/kubeconfig", "`rotor run` in /s/run-1"},
    {"AClusterAndARun",
     {},
     "",
     {.kubeconfig_variable = "v", .runs = {"/s/run-1"}},
     "",
     "$KUBECONFIG; a `rotor run` is running too: --state-dir /s/run-1 looks at that"},
};
INSTANTIATE_TEST_SUITE_P(All, Server, testing::ValuesIn(kCases), [](const auto& i) { return i.param.name; });

TEST(ServerNotChosen, SaysHowOneIsGiven) {
  EXPECT_THAT(choose_server({}, "", {}).error().message, HasSubstr("give --kubeconfig FILE, set KUBECONFIG, or start"));
  EXPECT_THAT(choose_server({}, "", {.runs = {"/s/run-1", "/s/run-2"}}).error().message,
              HasSubstr("2 `rotor run` are running here: choose one with -f and its manifests, or with --state-dir "
                        "and one of /s/run-1, /s/run-2"));
}

TEST(RunningRuns, AreThoseWithAKubeconfigAndAProcessThatIsAlive) {
  const Folder home;
  const auto folder = [&home](const std::string& name, const std::string& lock, bool kubeconfig) {
    std::filesystem::create_directories(home.path(name));
    home.write(name + "/lock", lock);
    if (kubeconfig) home.write(name + "/kubeconfig", "{}");
    return home.path(name);
  };
  const std::string alive = folder("run-a", std::to_string(getpid()), true);
  folder("run-b", std::to_string(getpid()), false);
  folder("run-c", "2147483646", true);
  folder("run-d", "x", true);
  EXPECT_THAT(running_in(home.path()), ElementsAre(alive));
  EXPECT_TRUE(running_in(home.path("none")).empty());
}

TEST(Status, SaysWhereNothingAnswersAndEndsWithOne) {
  const Folder folder;
  RotorProcess none({"status", "--kubeconfig", folder.path("none")});
  EXPECT_EQ(none.exit_code(), 1);
  EXPECT_THAT(none.output(), HasSubstr("rotor status: "));
  RotorProcess no_run({"status", "--state-dir", folder.path("none")});
  EXPECT_EQ(no_run.exit_code(), 1);
  EXPECT_THAT(no_run.output(), HasSubstr("no `rotor run` of these manifests is running"));
  RotorProcess no_file({"status", "-f", folder.path("nosuch")});
  EXPECT_EQ(no_file.exit_code(), 1);
  EXPECT_THAT(no_file.output(), HasSubstr("nosuch: there is no such file or folder"));
}

TEST(Status, SaysThatTheRunOfThisFolderHasEnded) {
  const Folder folder;
  folder.write("kubeconfig", "{}");
  folder.write("lock", "2147483646");  // no process has this number
  RotorProcess killed({"status", "--state-dir", folder.path()});
  EXPECT_EQ(killed.exit_code(), 1);
  EXPECT_THAT(killed.output(), HasSubstr("the `rotor run` in " + folder.path() + " has ended: start it again"));
}

TEST(Doctor, LooksAtARotorRunAsStatusDoes) {
  const Folder folder;
  RotorProcess no_run({"doctor", "--state-dir", folder.path("none")});
  EXPECT_EQ(no_run.exit_code(), 1);
  EXPECT_THAT(no_run.output(), HasSubstr("rotor doctor: no `rotor run` of these manifests is running"));
}

TEST(WhyCommand, RefusesANameThatCanBeNone) {
  RotorProcess rotor({"why", "thing/shop/keys"});
  EXPECT_EQ(rotor.exit_code(), 2);
  EXPECT_THAT(rotor.output(), HasSubstr("write NAMESPACE/NAME for an ExternalSecret"));
}

}  // namespace
}  // namespace rotor::cli
