// Pods that today's operator left behind: nothing restarts because we arrived, and what it missed is caught up once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/openclaw_world.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;

class OpenClawTakeOver : public testing::Test {
 protected:
  // An instance that was reconciled before, with a StatefulSet that carries `hash`. Token: 64 zeros.
  void left_behind(const std::string& hash) {
    world.secret(
        "my-agent-gateway-token",
        R"({"token":"MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMA=="})");
    world.secret("openclaw-api-keys", R"({"ANTHROPIC_API_KEY":"c2stYW50LTE=","OPENAI_API_KEY":"c2stb2FpLTE="})");
    world.instance("my-agent", R"({"envFrom":[{"secretRef":{"name":"openclaw-api-keys"}}]})");
    world.merge(kInstances, "my-agent", R"({"status":{"phase":"Running","observedGeneration":1}})", "status");
    const std::string uid(json::find_string(world.get(kInstances, "my-agent"), "metadata.uid"));
    world.create(
        kStatefulSets, "my-agent",
        R"({"metadata":{"labels":{"app.kubernetes.io/managed-by":"openclaw-operator"},
                   "ownerReferences":[{"apiVersion":"openclaw.rocks/v1alpha1","kind":"OpenClawInstance","name":"my-agent",
                     "controller":true,"uid":")" +
            uid + R"("}]},
                 "spec":{"serviceName":"my-agent","podManagementPolicy":"Parallel","selector":{"matchLabels":{"app.kubernetes.io/name":"openclaw","app.kubernetes.io/instance":"my-agent"}},
                   "template":{"metadata":{"labels":{"app.kubernetes.io/name":"openclaw","app.kubernetes.io/instance":"my-agent"},"annotations":{"openclaw.rocks/secret-hash":")" +
            hash +
            R"("}},"spec":{"containers":[{"name":"openclaw","image":"theirs:1"}],"volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"my-agent-data"}}]}}}})");
    world.start_operator();
  }
  std::string state() {
    const json::Value object = world.get(kStatefulSets, "my-agent");
    const json::Value* annotations = json::find(object, "metadata.annotations");
    const json::Value* mark =
        annotations == nullptr ? nullptr : annotations->as_object().if_contains("openclaw.rocks/secret-state");
    return mark == nullptr ? "" : std::string(mark->as_string());
  }
  OpenClawWorld world;
};

TEST_F(OpenClawTakeOver, AnUpToDateMarkIsAdoptedSilently) {
  left_behind("bfb2785805d6437c");
  world.until("the state", [this] { return !state().empty(); });
  EXPECT_EQ(world.generation("my-agent"), 1);
  EXPECT_EQ(world.secret_hash("my-agent"), "bfb2785805d6437c");
  EXPECT_THAT(json::serialize(world.get(kStatefulSets, "my-agent")), HasSubstr("theirs:1"));
}

TEST_F(OpenClawTakeOver, AnOlderMarkMeansAMissedRotationAndIsCaughtUpOnce) {
  left_behind("b564744632ad3389");
  world.until("the rotation", [this] { return world.generation("my-agent") == 2; });
  EXPECT_THAT(json::serialize(world.get(kStatefulSets, "my-agent")), HasSubstr("theirs:1"));
  world.settle_after("my-agent", [this] {
    world.merge(kSecrets, "openclaw-api-keys", R"({"metadata":{"labels":{"touched":"yes"}}})");
  });
  EXPECT_EQ(world.generation("my-agent"), 2);
}

TEST_F(OpenClawTakeOver, AfterAdoptionAChangedSecretRotatesTheirPods) {
  left_behind("bfb2785805d6437c");
  world.until("the state", [this] { return !state().empty(); });
  world.merge(kSecrets, "openclaw-api-keys", R"({"data":{"NEW":"MQ=="}})");
  world.until("the rotation", [this] { return world.generation("my-agent") == 2; });
  EXPECT_THAT(json::serialize(world.get(kStatefulSets, "my-agent")), HasSubstr("theirs:1"));
}

TEST_F(OpenClawTakeOver, AnEditOfTheInstanceMakesThePodsOurs) {
  left_behind("bfb2785805d6437c");
  world.until("the state", [this] { return !state().empty(); });
  world.merge(kInstances, "my-agent", R"({"spec":{"image":{"tag":"v2"}}})");
  world.until("our template", [this] {
    return json::serialize(world.get(kStatefulSets, "my-agent")).contains("ghcr.io/openclaw/openclaw:v2");
  });
  EXPECT_THAT(json::serialize(world.get(kStatefulSets, "my-agent")), HasSubstr(R"("claimName":"my-agent-data")"));
}

}  // namespace
}  // namespace rotor::test
