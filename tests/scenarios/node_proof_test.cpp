// `rotor run --proof` on the embedded API server: a new value is tried before the process that has the old one stops.
#include <csignal>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apiserver/server/embedded_server.hpp"
#include "tests/scenarios/node_world.hpp"

namespace rotor::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kAgent = "echo $$ >> $T/pids; echo $A >> $T/values; exec sleep 600";
constexpr const char* kTwo = R"({"A":"dHdv"})";
constexpr const char* kThree = R"({"A":"dGhyZWU="})";
constexpr const char* kOne = R"({"A":"b25l"})";

// Bad is "two", and every trial leaves its value behind.
constexpr const char* kNotTwo = "echo $A >> $T/tried; test \"$A\" != two";

std::vector<std::string> lines(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istream_iterator<std::string>(in), {}};
}

struct Proven : NodeWorld {
  explicit Proven(const std::string& proof, Duration deadline = std::chrono::minutes(2))
      : NodeWorld(kAgent, {.command = proof, .deadline = deadline}) {
    start_foo();
  }
  std::vector<std::string> tried() { return lines(folder() / "tried"); }
  std::vector<std::string> values() { return lines(folder() / "values"); }
  void is_held_after(std::string_view data) {
    const std::string pod = uid();
    world.secret("keys", data);
    world.until("the verdict", [this] { return said().contains("is bad"); });
    world.loop().settle();
    EXPECT_EQ(uid(), pod);
    EXPECT_FALSE(is_gone(pids().back()));
  }
};

TEST(ANewValue, ThatIsGoodReplacesTheProcessAfterItWasTried) {
  Proven it(kNotTwo);
  EXPECT_THAT(it.tried(), ElementsAre()) << "the first process has nothing to lose";
  it.is_a_new_pod_after([&] { it.world.secret("keys", kThree); });
  EXPECT_THAT(it.tried(), ElementsAre("three"));
  EXPECT_THAT(it.values(), ElementsAre("one", "three"));
  EXPECT_THAT(it.said(), HasSubstr("proof: trying key A of secret keys before the process is replaced"));
  EXPECT_THAT(it.said(), HasSubstr("proof: key A of secret keys is good"));
}

TEST(ANewValue, ThatIsBadLeavesTheProcessAloneUntilAnotherOneComes) {
  Proven it(kNotTwo);
  it.is_held_after(kTwo);
  EXPECT_THAT(it.said(), HasSubstr("proof: key A of secret keys is bad (exit code 1): the process keeps running with "
                                   "the old value until another one comes"));
  it.is_a_new_pod_after([&] { it.world.secret("keys", kThree); });
  EXPECT_THAT(it.values(), ElementsAre("one", "three"));
  EXPECT_THAT(it.tried(), ElementsAre("two", "three")) << "each once";
}

TEST(ANewValue, ThatIsBadIsTriedAgainWhenItComesBack) {
  Proven it(kNotTwo);
  it.is_held_after(kTwo);
  const std::string before = it.world.secret_hash("foo");
  it.world.secret("keys", kOne);
  it.world.until("the old template", [&] { return it.world.secret_hash("foo") != before && it.is_ready(); });
  it.world.secret("keys", kTwo);
  it.world.until("another trial", [&] { return it.tried().size() == 2; });
  EXPECT_THAT(it.tried(), ElementsAre("two", "two"));
  EXPECT_EQ(it.pids().size(), 1U);
}

TEST(ANewValue, ThatIsBadIsNotTakenByARestartEither) {
  Proven it(kNotTwo);
  it.is_held_after(kTwo);
  kill(it.pids().back(), SIGKILL);
  it.world.until("the restart", [&] { return it.values().size() == 2; });
  EXPECT_THAT(it.values(), ElementsAre("one", "one"));
}

TEST(ANewValue, OfWhichNothingIsKnownIsTakenAndThatIsSaid) {
  Proven it("exit 3");
  it.is_a_new_pod_after([&] { it.world.secret("keys", kTwo); });
  EXPECT_THAT(it.said(), HasSubstr("proof: nothing is known about key A of secret keys (exit code 3; 0 is good, 1 is "
                                   "bad): going on with it"));
}

TEST(ANewValue, OfWhichNothingIsKnownIsHeldWhereTheInstanceSaysSo) {
  Proven it("test \"$A\" = three || exit 3");
  it.world.merge(kInstances, "foo", R"({"metadata":{"annotations":{"openclaw.rocks/secret-proof-unknown":"hold"}}})");
  const std::string pod = it.uid();
  it.world.secret("keys", kTwo);
  it.world.until("the verdict", [&] { return it.said().contains("nothing is known"); });
  it.world.loop().settle();
  EXPECT_EQ(it.uid(), pod);
  EXPECT_FALSE(is_gone(it.pids().back()));
  EXPECT_THAT(it.said(),
              HasSubstr("openclaw.rocks/secret-proof-unknown is hold: the process keeps running with the old "
                        "value until another one comes"));
  it.is_a_new_pod_after([&] { it.world.secret("keys", kThree); });
  EXPECT_THAT(it.values(), ElementsAre("one", "three"));
}

TEST(ANewValue, WhoseProofHangsIsTakenAfterTheDeadlineAndTheProofIsStopped) {
  Proven it("echo $$ > $T/proof; exec sleep 600", std::chrono::milliseconds(300));
  it.is_a_new_pod_after([&] { it.world.secret("keys", kTwo); });
  EXPECT_THAT(it.said(), HasSubstr("(no end within 300ms; 0 is good, 1 is bad): going on with it"));
  EXPECT_TRUE(is_gone(std::stoi(lines(it.folder() / "proof").at(0))));
}

TEST(ANewValue, TakesThePlaceOfOneThatIsStillTried) {
  Proven it("echo $A >> $T/tried; test \"$A\" != two || exec sleep 600");
  it.world.secret("keys", kTwo);
  it.world.until("the first trial", [&] { return it.tried().size() == 1; });
  it.is_a_new_pod_after([&] { it.world.secret("keys", kThree); });
  EXPECT_THAT(it.values(), ElementsAre("one", "three"));
  EXPECT_THAT(it.said(), Not(HasSubstr("nothing is known")));
}

TEST(AProofUnderWay, EndsWithTheRun) {
  Proven it("echo $$ > $T/proof; echo $A >> $T/tried; exec sleep 600");
  it.world.secret("keys", kTwo);
  it.world.until("the trial", [&] { return it.tried().size() == 1; });
  it.stop();
  EXPECT_TRUE(is_gone(std::stoi(lines(it.folder() / "proof").at(0))));
}

TEST(AChange, OfSomethingElseThanASecretIsNotTried) {
  Proven it("echo $A >> $T/tried; exit 1");
  it.is_a_new_pod_after(
      [&] { it.world.merge(kInstances, "foo", R"({"spec":{"env":[{"name":"MORE","value":"x"}]}})"); });
  EXPECT_THAT(it.tried(), ElementsAre());
}

// A pod whose process reads the Secret "keys" from files alone: no other pod comes with another value.
struct ProvenFiles : NodeWorld {
  ProvenFiles()
      : NodeWorld("echo $FILES >> $T/folders; echo $$ >> $T/pids; exec sleep 600",
                  {.command = R"sh(echo "$(cat $FILES/A)" >> $T/tried; test "$(cat $FILES/A)" != two)sh"}, true) {
    world.secret("keys", kOne);
    world.create(kStatefulSets, "files",
                 R"({"spec":{"serviceName":"files","selector":{"matchLabels":{"app":"files"}},"template":{)"
                 R"("metadata":{"labels":{"app":"files"}},"spec":{"containers":[{"name":"main","image":"i",)"
                 R"("env":[{"name":"FILES","value":"/etc/keys"}],)"
                 R"("volumeMounts":[{"name":"keys","mountPath":"/etc/keys"}]}],)"
                 R"("volumes":[{"name":"keys","secret":{"secretName":"keys"}}]}}}})");
    world.until("the process", [this] { return pids().size() == 1; });
  }
  std::vector<std::string> tried() { return lines(folder() / "tried"); }
  std::string file() { return lines(std::filesystem::path(lines(folder() / "folders").back()) / "A").at(0); }
  void until_said(std::string_view text) {
    world.until(text, [&] { return said().contains(text); });
    world.loop().settle();
  }
};

TEST(NewFiles, ThatAreGoodComeOnceTheyWereTriedAndTheProcessGoesOn) {
  ProvenFiles it;
  EXPECT_EQ(it.file(), "one");
  EXPECT_THAT(it.tried(), ElementsAre()) << "the first process has nothing to lose";
  it.world.secret("keys", kThree);
  it.until_said("its files are new");
  EXPECT_EQ(it.file(), "three");
  EXPECT_THAT(it.tried(), ElementsAre("three"));
  EXPECT_THAT(it.said(), HasSubstr("proof: trying the files of secret keys before the process gets that"));
  EXPECT_THAT(it.said(), HasSubstr("proof: the files of secret keys is good"));
  EXPECT_EQ(it.pids().size(), 1U);
}

TEST(NewFiles, ThatAreBadAreHeldBackThroughARestartUntilThereAreOthers) {
  ProvenFiles it;
  it.world.secret("keys", kTwo);
  it.until_said("is bad");
  EXPECT_EQ(it.file(), "one");
  kill(it.pids().back(), SIGKILL);
  it.world.until("the restart", [&] { return it.pids().size() == 2; });
  EXPECT_EQ(it.file(), "one") << "the value that was found bad is not taken by a restart either";
  it.world.secret("keys", kThree);
  it.until_said("its files are new");
  EXPECT_EQ(it.file(), "three");
  EXPECT_THAT(it.tried(), ElementsAre("two", "three")) << "each once";
}

TEST(NewFiles, OfWhichNothingIsKnownComeAndThatIsSaid) {
  NodeWorld it("echo $FILES >> $T/folders; echo $$ >> $T/pids; exec sleep 600", {.command = "exit 3"}, true);
  it.world.secret("keys", kOne);
  it.world.instance("foo", R"({"envFrom":[{"secretRef":{"name":"keys"}}],"env":[{"name":"FILES","value":"/etc/keys"}],)"
                           R"("extraVolumes":[{"name":"keys","secret":{"secretName":"keys"}}],)"
                           R"("extraVolumeMounts":[{"name":"keys","mountPath":"/etc/keys"}]})");
  it.world.until("the first pod", [&] { return it.is_ready() && !it.pids().empty(); });
  it.is_a_new_pod_after([&] { it.world.secret("keys", kTwo); });
  EXPECT_THAT(it.said(), HasSubstr("(exit code 3; 0 is good, 1 is bad): going on with it"));
  const std::filesystem::path files = lines(it.folder() / "folders").back();
  EXPECT_THAT(lines(files / "A"), ElementsAre("two")) << "the next process has environment and files of one value";
}

int count(std::string_view text, std::string_view in) {
  int n = 0;
  for (std::size_t at = in.find(text); at != std::string_view::npos; at = in.find(text, at + 1)) ++n;
  return n;
}

constexpr std::string_view kKeysAndTheirFiles =
    R"({"envFrom":[{"secretRef":{"name":"keys"}}],"extraVolumes":[{"name":"keys","secret":{"secretName":"keys"}}],)"
    R"("extraVolumeMounts":[{"name":"keys","mountPath":"/etc/keys"}]})";
constexpr std::string_view kMoreOfBoth =
    R"({"spec":{"envFrom":[{"secretRef":{"name":"keys"}},{"secretRef":{"name":"more"}}],)"
    R"("extraVolumes":[{"name":"keys","secret":{"secretName":"keys"}},{"name":"more","secret":{"secretName":"more"}}],)"
    R"("extraVolumeMounts":[{"name":"keys","mountPath":"/etc/keys"},{"name":"more","mountPath":"/etc/more"}]}})";

// The template names other files than the pod that runs has: what was found of the one says nothing of the other.
TEST(ANewValue, ThatIsBadIsTriedOnceForTheTemplateAndOnceForTheFilesWhenReferencesChange) {
  NodeWorld it(kAgent, {.command = kNotTwo}, true);
  const auto tried = [&] { return lines(it.folder() / "tried"); };
  const auto restarts_with_one = [&](std::size_t starts) {
    kill(it.pids().back(), SIGKILL);
    it.world.until("the restart", [&] { return lines(it.folder() / "values").size() == starts; });
    EXPECT_THAT(lines(it.folder() / "values"), testing::Each("one"));
  };
  it.world.secret("keys", kOne);
  it.world.secret("more", R"({"B":"Yg=="})");
  it.world.instance("foo", kKeysAndTheirFiles);
  it.world.until("the first pod", [&] { return it.is_ready() && !it.pids().empty(); });
  it.world.secret("keys", kTwo);
  it.world.until("the verdict", [&] { return it.said().contains("is bad"); });
  it.world.merge(kInstances, "foo", kMoreOfBoth);
  it.world.until("both verdicts", [&] {
    const std::string said = it.said();
    return said.contains("secret more is bad") && count("proof: key A of secret keys is bad", said) == 2;
  });
  const auto before = tried();
  restarts_with_one(2);
  EXPECT_EQ(tried(), before) << it.said();
}

// A pod whose process takes the Secret's files while it runs, as the assistant's does.
struct ProvenReload : NodeWorld {
  ProvenReload()
      : NodeWorld("echo $FILES >> $T/folders; echo $$ >> $T/pids; exec sleep 600",
                  {.command = R"sh(test "$(cat $FILES/A)" != two)sh"}, true) {
    world.secret("keys", kOne);
    world.create(
        kStatefulSets, "takes",
        R"({"spec":{"serviceName":"takes","selector":{"matchLabels":{"app":"takes"}},"template":{)"
        R"("metadata":{"labels":{"app":"takes"}},"spec":{"containers":[{"name":"openclaw","image":"i",)"
        R"("env":[{"name":"FILES","value":"/opt/rotor/secrets"}],"volumeMounts":[)"
        R"({"name":"data","mountPath":"/home/openclaw/.openclaw"},{"name":"tools","mountPath":"/opt/rotor/tools"},)"
        R"({"name":"keys","mountPath":"/opt/rotor/secrets"}]},{"name":"secret-reload","image":"i","command":["sh","-c",)"
        R"("printf '{\"mark\":\"%s\",\"result\":\"ok\"}' \"$ROTOR_RELOAD_MARK\" > \"$ROTOR_RELOAD_REPORT\""]}],)"
        R"("volumes":[{"name":"data","emptyDir":{}},{"name":"tools","emptyDir":{}},)"
        R"({"name":"keys","secret":{"secretName":"keys"}}]}}}})");
    world.until("the process", [this] { return pids().size() == 1; });
  }
};

TEST(ANewValue, IsNotTakenForOneThatWasRefusedBeforeItWasLookedAt) {
  ProvenReload it;
  it.world.merge(kSecrets, "keys", R"({"data":)" + std::string(kTwo) + "}");
  it.world.until("the verdict", [&] { return it.said().contains("is bad"); });
  // The node reads the next one late, and hears of it before that.
  it.world.server().faults().add({.verb = "get",
                                  .resource = "secrets",
                                  .name = "keys",
                                  .kind = apiserver::Fault::Kind::kDelay,
                                  .delay = std::chrono::milliseconds(300)});
  it.world.merge(kSecrets, "keys", R"({"data":)" + std::string(kThree) + "}");
  it.world.merge(kPods, "takes-0", R"({"metadata":{"annotations":{"openclaw.rocks/secrets-in-place":"m1"}}})");
  it.world.until("an answer", [&] {
    return it.said().contains("reload: the new value is in use") || it.said().contains("which is not loaded");
  });
  EXPECT_THAT(it.said(), Not(HasSubstr("which is not loaded")));
  EXPECT_THAT(lines(std::filesystem::path(lines(it.folder() / "folders").back()) / "A"), ElementsAre("three"));
}

TEST(ANewValue, ThatWasRefusedIsNotLoadedWhileTheProcessRuns) {
  ProvenReload it;
  it.world.merge(kSecrets, "keys", R"({"data":)" + std::string(kTwo) + "}");
  it.world.merge(kPods, "takes-0", R"({"metadata":{"annotations":{"openclaw.rocks/secrets-in-place":"m1"}}})");
  it.world.until("the answer", [&] { return it.said().contains("which is not loaded"); });
  EXPECT_THAT(lines(std::filesystem::path(lines(it.folder() / "folders").back()) / "A"), ElementsAre("one"));
}

}  // namespace
}  // namespace rotor::test
