// Pods that today's operator left behind: nothing restarts because we arrived, and what it missed is caught up once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/openclaw_world.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kTheirManager = "manager";
constexpr std::string_view kKeys = R"({"envFrom":[{"secretRef":{"name":"openclaw-api-keys"}}]})";

class OpenClawTakeOver : public testing::Test {
 protected:
  // An instance that was reconciled before, with a StatefulSet that carries `hash`. Token: 64 zeros.
  void left_behind(const std::string& hash, std::string_view spec = kKeys) {
    world.secret(
        "my-agent-gateway-token",
        R"({"token":"MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMA=="})");
    world.secret("openclaw-api-keys", R"({"ANTHROPIC_API_KEY":"c2stYW50LTE=","OPENAI_API_KEY":"c2stb2FpLTE="})");
    world.instance("my-agent", spec);
    world.merge(kInstances, "my-agent", R"({"status":{"phase":"Running","observedGeneration":1}})", "status");
    world.create_in(
        "ns", kStatefulSets, "my-agent",
        R"({"metadata":)" + metadata() + R"(,
                 "spec":{"serviceName":"my-agent","podManagementPolicy":"Parallel","selector":{"matchLabels":{"app.kubernetes.io/name":"openclaw","app.kubernetes.io/instance":"my-agent"}},
                   "template":{"metadata":{"labels":{"app.kubernetes.io/name":"openclaw","app.kubernetes.io/instance":"my-agent"},"annotations":{"openclaw.rocks/secret-hash":")" +
            hash +
            R"("}},"spec":{"containers":[{"name":"openclaw","image":"theirs:1"},{"name":"their-sidecar","image":"theirs:2"}],"volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"my-agent-data"}}]}}}})",
        kTheirManager);
    world.start_operator();
  }
  // As that operator labels what it makes. Its field manager is the name of its program.
  std::string metadata(std::string_view annotations = "{}") {
    const std::string uid(json::find_string(world.get(kInstances, "my-agent"), "metadata.uid"));
    return R"({"labels":{"app.kubernetes.io/managed-by":"openclaw-operator"},"annotations":)" +
           std::string(annotations) +
           R"(,"ownerReferences":[{"apiVersion":"openclaw.rocks/v1alpha1","kind":"OpenClawInstance","name":"my-agent",
               "controller":true,"uid":")" +
           uid + R"("}]})";
  }
  std::string text(const kube::Resource& resource) { return json::serialize(world.get(resource, "my-agent")); }
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

TEST_F(OpenClawTakeOver, TheKeyForTailscaleIsPartOfTheirMarkAndNoRestart) {
  world.secret("ts-auth", R"({"authkey":"dHNrZXktMQ=="})");
  left_behind("e5e345ec4b78e71f", R"({"envFrom":[{"secretRef":{"name":"openclaw-api-keys"}}],
      "tailscale":{"enabled":true,"authKeySecretRef":{"name":"ts-auth"}}})");
  world.until("the state", [this] { return !state().empty(); });
  EXPECT_EQ(world.generation("my-agent"), 1);
  EXPECT_EQ(world.secret_hash("my-agent"), "e5e345ec4b78e71f");
}

TEST_F(OpenClawTakeOver, AKeyForTailscaleThatIsSwitchedOffIsNoPartOfTheirMark) {
  world.secret("ts-auth", R"({"authkey":"dHNrZXktMQ=="})");
  left_behind("bfb2785805d6437c", R"({"envFrom":[{"secretRef":{"name":"openclaw-api-keys"}}],
      "tailscale":{"enabled":false,"authKeySecretRef":{"name":"ts-auth"}}})");
  world.until("the state", [this] { return !state().empty(); });
  EXPECT_EQ(world.generation("my-agent"), 1);
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

TEST_F(OpenClawTakeOver, WhatTheyWroteOfThePodGoesWithTheEditThatMakesItOursAndNotBefore) {
  left_behind("bfb2785805d6437c");
  world.until("the state", [this] { return !state().empty(); });
  world.merge(kStatefulSets, "my-agent", R"({"spec":{"template":{"metadata":{"annotations":{"mine":"1"}}}}})");
  EXPECT_THAT(text(kStatefulSets), HasSubstr("their-sidecar"));
  world.merge(kInstances, "my-agent", R"({"spec":{"image":{"tag":"v2"}}})");
  world.until("our template", [this] { return text(kStatefulSets).contains("ghcr.io/openclaw/openclaw:v2"); });
  EXPECT_THAT(text(kStatefulSets), Not(HasSubstr("their-sidecar")));
  EXPECT_THAT(text(kStatefulSets), Not(HasSubstr(R"("manager":"manager")")));
  EXPECT_THAT(text(kStatefulSets), HasSubstr(R"("mine":"1")")) << "what a person wrote stays";
  EXPECT_EQ(world.generation("my-agent"), 3) << "the person's edit, and ours";
}

TEST_F(OpenClawTakeOver, WhatTheyWroteOfOtherObjectsAndIsNotWantedGoes) {
  world.instance("my-agent", "{}");
  world.create_in(
      "ns", kServices, "my-agent",
      R"({"metadata":)" + metadata(R"({"theirs":"1"})") +
          R"(,"spec":{"selector":{"app":"theirs"},"ports":[{"name":"web-terminal","port":7681},{"name":"gateway","port":18789}]}})",
      kTheirManager);
  world.merge(kServices, "my-agent", R"({"metadata":{"annotations":{"mine":"1"}}})");
  world.start_operator();
  world.until("our ports", [this] { return text(kServices).contains("18793"); });
  EXPECT_THAT(text(kServices), Not(HasSubstr("web-terminal")));
  EXPECT_THAT(text(kServices), Not(HasSubstr("theirs")));
  EXPECT_THAT(text(kServices), HasSubstr(R"("mine":"1")"));
}

TEST_F(OpenClawTakeOver, WhatAnotherProgramOfThatNameWroteStays) {
  world.instance("my-agent", "{}");
  world.create(kServices, "my-agent", R"({"metadata":)" + metadata() + R"(,"spec":{"ports":[{"name":"a","port":1}]}})");
  world.merge_as(kTheirManager, kServices, "my-agent", R"({"metadata":{"annotations":{"theirs":"1"}}})");
  world.start_operator();
  world.until("our ports", [this] { return text(kServices).contains("18793"); });
  EXPECT_THAT(text(kServices), HasSubstr(R"("theirs":"1")"));
}

}  // namespace
}  // namespace rotor::test
