// The node of `rotor run` as kubelet and StatefulSet controller: pod, process, set and instance tell one story.
#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/node_world.hpp"

namespace rotor::test {
namespace {

constexpr const char* kAgent = "echo $$ >> $T/pids; exec sleep 600";
constexpr const char* kSlowAgent = "trap 'sleep 1; exit 0' TERM; echo $$ >> $T/pids; while :; do sleep 0.05; done";

TEST(ANewProcessIsANewPod, AfterARotation) {
  NodeWorld it(kAgent);
  it.start_foo();
  const std::string hash = it.world.secret_hash("foo");
  const std::string revision = it.text(it.pod(), "metadata.labels.controller-revision-hash");
  it.is_a_new_pod_after([&] { it.world.secret("keys", R"({"A":"dHdv"})"); });
  EXPECT_NE(it.world.secret_hash("foo"), hash);
  EXPECT_NE(it.text(it.pod(), "metadata.labels.controller-revision-hash"), revision);
  it.is_a_new_pod_after([&] { it.world.secret("keys", R"({"A":"dGhyZWU="})"); });
  it.is_a_new_pod_after([&] { it.world.secret("keys", R"({"A":"Zm91cg=="})"); });
}

TEST(ANewProcessIsANewPod, AfterARolloutRestart) {
  NodeWorld it(kAgent);
  it.start_foo();
  it.is_a_new_pod_after([&] {
    it.world.merge(kStatefulSets, "foo",
                   R"({"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"now"}}}}})");
  });
}

TEST(ANewProcessIsANewPod, AfterTheEnvironmentIsEdited) {
  NodeWorld it(kAgent);
  it.start_foo();
  it.is_a_new_pod_after(
      [&] { it.world.merge(kInstances, "foo", R"({"spec":{"env":[{"name":"MORE","value":"x"}]}})"); });
}

TEST(ANewProcessIsANewPod, AfterTheTokenIsEdited) {
  NodeWorld it(kAgent);
  it.start_foo();
  it.is_a_new_pod_after([&] {
    it.world.merge(kSecrets, it.text(it.world.get(kInstances, "foo"), "status.managedResources.gatewayTokenSecret"),
                   R"({"data":{"token":"bmV3"}})");
  });
}

TEST(ANewProcessIsANewPod, AfterThePodIsDeleted) {
  NodeWorld it(kAgent);
  it.start_foo();
  it.is_a_new_pod_after([&] { it.world.remove(kPods, "foo-0"); });
}

TEST(ANewProcessIsANewPod, AfterThePodIsDeletedByForceAndTheOldProcessEndsFirst) {
  NodeWorld it(
      "mkdir $T/lock 2> /dev/null || touch $T/overlap; trap 'sleep 0.3; rmdir $T/lock; exit 0' TERM; "
      "echo $$ >> $T/pids; while :; do sleep 0.05; done");
  it.start_foo();
  it.is_a_new_pod_after([&] { it.world.remove(kPods, "foo-0", {.grace_period_seconds = 0}); });
  EXPECT_FALSE(std::filesystem::exists(it.folder() / "overlap"));
}

TEST(ANewProcessIsANewPod, AfterTheStatefulSetIsDeleted) {
  NodeWorld it(kAgent);
  it.start_foo();
  it.is_a_new_pod_after([&] { it.world.remove(kStatefulSets, "foo"); });
}

TEST(AnotherPod, IsNotBegunWhileThisMachineDoesNotTakeItsFiles) {
  NodeWorld it(kAgent, {}, true);
  it.start_foo();
  std::ofstream(it.folder() / "data" / "ns" / "pods" / "foo-0.next") << "a file in the way of its folder";
  it.world.secret("keys", R"({"A":"dHdv"})");
  constexpr std::string_view kSaid = "its pod is not replaced: cannot use the folder ";
  it.world.until(kSaid, [&] { return it.said().contains(kSaid); });
  EXPECT_THAT(it.said(), testing::HasSubstr("; the process goes on as it is"));
  it.world.until("the next process, once nothing is in the way", [&] { return it.pids().size() == 2; });
  EXPECT_LT(it.said().find(kSaid), it.said().find("stopping pid"));
}

TEST(TheSamePod, IsKeptWhenTheStatefulSetIsDeletedWithoutIt) {
  NodeWorld it(kAgent);
  it.start_foo();
  const std::string pod = it.uid();
  const std::string set = it.text(it.set(), "metadata.uid");
  it.world.remove(kStatefulSets, "foo", {.propagation_policy = "Orphan"});
  it.world.until("another set", [&] {
    const std::string now = it.text(it.set(), "metadata.uid");
    return !now.empty() && now != set && it.is_ready();
  });
  EXPECT_EQ(it.uid(), pod);
  EXPECT_EQ(it.pids().size(), 1U);
}

TEST(TheSamePod, StartsItsContainerAgainAfterACrash) {
  NodeWorld it(kAgent);
  it.start_foo();
  const std::string pod = it.uid();
  EXPECT_EQ(it.container("restartCount"), "0");
  kill(it.pids().back(), SIGKILL);
  it.world.until("the restart", [&] { return it.container("restartCount") == "1" && it.is_ready(); });
  EXPECT_EQ(it.uid(), pod);
  EXPECT_EQ(it.container("lastState.terminated.exitCode"), "137");
  EXPECT_EQ(it.container("lastState.terminated.signal"), "9");
  EXPECT_EQ(it.container("lastState.terminated.reason"), "Error");
  EXPECT_EQ(it.container("lastState.terminated.startedAt").size(), 20U);
  EXPECT_EQ(it.container("lastState.terminated.finishedAt").size(), 20U);
  EXPECT_EQ(it.container("state.running.startedAt").size(), 20U);
}

TEST(ACrashLoop, IsSeenInThePodTheSetAndTheInstance) {
  NodeWorld it("echo $$ >> $T/pids; exit 3");
  it.world.instance("foo", "{}");
  it.world.until("the back-off", [&] { return it.container("state.waiting.reason") == "CrashLoopBackOff"; });
  EXPECT_EQ(it.container("lastState.terminated.exitCode"), "3");
  EXPECT_EQ(it.container("restartCount"), "1");
  it.world.until("the set to say so", [&] {
    return it.text(it.set(), "status.readyReplicas").empty() &&
           it.world.condition("foo", "Ready") == "False/StatefulSetNotReady";
  });
  EXPECT_EQ(it.text(it.pod(), "status.phase"), "Running");
}

TEST(ACrashLoop, AfterARotationIsSeenToo) {
  NodeWorld it("echo $$ >> $T/pids; case $A in two) exit 3;; esac; exec sleep 600");
  it.start_foo();
  const std::string before = it.uid();
  it.world.secret("keys", R"({"A":"dHdv"})");
  it.world.until("the back-off", [&] { return it.container("state.waiting.reason") == "CrashLoopBackOff"; });
  EXPECT_NE(it.uid(), before);
  it.world.until("the instance to say so", [&] { return it.world.phase("foo") == "Provisioning"; });
}

TEST(ASuspendedInstance, HasNoPodAndNoProcessAndComesBackWithNewOnes) {
  NodeWorld it(kAgent);
  it.start_foo();
  const std::string before = it.uid();
  it.world.merge(kInstances, "foo", R"({"spec":{"suspended":true}})");
  it.world.until("the suspension", [&] {
    return it.pod().is_null() && it.text(it.set(), "status.replicas") == "0" && it.world.phase("foo") == "Suspended";
  });
  EXPECT_TRUE(is_gone(it.pids().back()));
  it.world.merge(kInstances, "foo", R"({"spec":{"suspended":false}})");
  it.world.until("the resumption", [&] { return it.is_ready() && it.pids().size() == 2; });
  EXPECT_NE(it.uid(), before);
}

TEST(ADeletedInstance, LeavesNeitherPodNorProcess) {
  NodeWorld it(kAgent);
  it.start_foo();
  it.world.remove(kInstances, "foo");
  it.world.until("the end", [&] { return it.pod().is_null() && it.set().is_null(); });
  EXPECT_TRUE(is_gone(it.pids().back()));
}

TEST(ADeletedNamespace, ComesBackWhenItsPodsAreFinished) {
  NodeWorld it(kAgent);
  it.start_foo();
  it.world.remove_namespace();
  it.world.until("the namespace to go", [&] { return !it.world.has_namespace(); });
  EXPECT_TRUE(is_gone(it.pids().back()));
}

TEST(APodThatIsDeleted, StaysUntilItsProcessIsGone) {
  NodeWorld it(kSlowAgent);
  it.start_foo();
  const pid_t pid = it.pids().back();
  const std::string before = it.uid();
  it.world.remove(kPods, "foo-0");
  it.world.until("the stop", [&] { return it.said().find("stopping pid") != std::string::npos; });
  EXPECT_EQ(it.uid(), before);
  EXPECT_FALSE(is_gone(pid));
  it.world.until("another pod", [&] { return it.uid() != before && it.is_ready(); });
  EXPECT_TRUE(is_gone(pid));
}

TEST(APodThatIsDeleted, IsStoppedByForceWhileItHasGrace) {
  NodeWorld it("test -e $T/pids || trap '' TERM; echo $$ >> $T/pids; while :; do sleep 0.05; done");
  it.start_foo();
  it.world.remove(kPods, "foo-0");
  it.world.until("the stop", [&] { return it.said().find("stopping pid") != std::string::npos; });
  it.is_a_new_pod_after([&] { it.world.remove(kPods, "foo-0", {.grace_period_seconds = 0}); });
}

TEST(StoppingTheNode, EndsProcessesThatAreBeingStoppedAlready) {
  NodeWorld it(kSlowAgent);
  it.start_foo();
  it.world.remove(kPods, "foo-0");
  it.world.until("the stop", [&] { return it.said().find("stopping pid") != std::string::npos; });
  it.stop();
  EXPECT_TRUE(is_gone(it.pids().back()));
}

TEST(StoppingTheNode, GivesNoMoreGraceWhenHurried) {
  NodeWorld it(
      "trap '' TERM; echo $$ >> $T/pids; while :; do sleep 0.05; done");  // its grace is longer than the patience
  it.start_foo();
  it.stop(true);
  EXPECT_TRUE(is_gone(it.pids().back()));
}

TEST(APodThatCannotStart, SaysWhichVariableOfWhichSecretAndStartsWhenItIsRepaired) {
  NodeWorld it(kAgent);
  it.world.secret("keys", R"({"MID":"YWIAY2Q="})");
  it.world.instance("foo", R"({"envFrom":[{"secretRef":{"name":"keys"}}],"env":[{"name":"REF","value":"x$(MID)y"}]})");
  it.world.until("the refusal", [&] { return it.container("state.waiting.reason") == "CreateContainerConfigError"; });
  const std::string message = it.container("state.waiting.message");
  EXPECT_NE(message.find("MID holds a NUL byte at position 2, which no environment can carry (key MID of secret keys)"),
            std::string::npos)
      << message;
  EXPECT_NE(message.find("REF holds a NUL byte at position 3"), std::string::npos) << message;
  EXPECT_NE(message.find("$(MID) from key MID of secret keys"), std::string::npos) << message;
  EXPECT_NE(it.said().find("waiting: " + message), std::string::npos);
  EXPECT_TRUE(it.pids().empty());
  it.world.secret("keys", R"({"MID":"YWI="})");
  it.world.until("the start", [&] { return it.is_ready(); });
}

TEST(APodThatCannotStart, SaysWhatTheKernelSaid) {
  NodeWorld it(std::vector<std::string>{"/usr"});
  it.world.instance("foo", "{}");
  it.world.until("the refusal", [&] { return it.container("state.waiting.reason") == "RunContainerError"; });
  EXPECT_EQ(it.container("state.waiting.message"), "cannot run /usr: it is a folder");
  EXPECT_NE(it.said().find("waiting: cannot run /usr: it is a folder"), std::string::npos);
  EXPECT_EQ(it.text(it.pod(), "status.phase"), "Pending");
}

}  // namespace
}  // namespace rotor::test
