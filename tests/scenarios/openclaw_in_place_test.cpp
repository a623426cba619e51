// A new value reaches a pod that runs, and nothing restarts: whole flows on the embedded API server. The tests play the
// StatefulSet's controller, the node and the pod.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apiserver/server/faults.hpp"
#include "base/encoding.hpp"
#include "json/yaml.hpp"
#include "tests/fakes/markdown.hpp"
#include "tests/fakes/source_dir.hpp"
#include "tests/scenarios/openclaw_running.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

constexpr std::string_view kReloading = R"({"envFrom":[{"secretRef":{"name":"keys"}}],)"
                                        R"("config":{"raw":{"agents":{"defaults":{"model":"anthropic/m"}}}}})";
constexpr std::string_view kMark = "openclaw.rocks/secrets-in-place";

class OpenClawInPlace : public RunningInstance {
 protected:
  void in_place(std::string_view annotations = R"("openclaw.rocks/secret-delivery":"reload")") {
    value("1", "a");
    world.instance("agent", kReloading);
    world.merge(kInstances, "agent", R"({"metadata":{"annotations":{)" + std::string(annotations) + "}}}");
    world.start_operator();
    world.until("the StatefulSet", [this] { return world.generation("agent") == 1; });
    rolls_out();
    pod();
    world.until("Running", [this] { return world.phase("agent") == "Running"; });
    before = stateful_set();
  }
  void value(const std::string& key, const std::string& other) {
    world.secret("keys",
                 R"({"ANTHROPIC_API_KEY":")" + base64_encode(key) + R"(","OTHER":")" + base64_encode(other) + "\"}");
  }
  void rolls_out() {
    const std::string generation = std::to_string(world.generation("agent"));
    world.merge(kStatefulSets, "agent",
                R"({"status":{"observedGeneration":)" + generation +
                    R"(,"replicas":1,"updatedReplicas":1,"readyReplicas":1,"updateRevision":"r-)" + generation + "\"}}",
                "status");
  }
  // Of the newest template.
  void pod() {
    if (!world.get(kPods, "agent-0").is_null()) world.remove(kPods, "agent-0");
    world.create(kPods, "agent-0",
                 R"({"metadata":{"labels":{"app.kubernetes.io/name":"openclaw","app.kubernetes.io/instance":"agent",)"
                 R"("app.kubernetes.io/managed-by":"openclaw-operator","controller-revision-hash":"r-)" +
                     std::to_string(world.generation("agent")) +
                     R"("}},"spec":{"containers":[{"name":"openclaw","image":"i"},)"
                     R"({"name":"secret-reload","image":"i"}]}})");
  }
  std::string mark() { return std::string(annotation(world.get(kPods, "agent-0"), kMark)); }
  static std::string_view annotation(const json::Value& object, std::string_view name) {
    const json::Value* all = json::find(object, "metadata.annotations");
    const json::Value* value = all == nullptr ? nullptr : all->as_object().if_contains(name);
    return value == nullptr ? std::string_view() : std::string_view(value->as_string());
  }
  std::string told(const std::string& other_than = "") {
    world.until("a mark", [&] { return !mark().empty() && mark() != other_than; });
    return mark();
  }
  // The container beside the assistant ends with this, and is started again.
  void answers(const std::string& mark, const std::string& result) {
    const std::string message = json::quote(R"({"mark":")" + mark + R"(","result":")" + result + "\"}");
    world.merge(kPods, "agent-0",
                R"({"status":{"containerStatuses":[{"name":"secret-reload","image":"i","imageID":"","ready":true,)"
                R"("restartCount":1,"state":{"running":{}},"lastState":{"terminated":{"exitCode":0,"message":)" +
                    message + "}}}]}}",
                "status");
  }
  json::Value stateful_set() { return world.get(kStatefulSets, "agent"); }
  static std::string pod_template(const json::Value& set) { return json::serialize(*json::find(set, "spec.template")); }
  bool waits() { return world.condition("agent", "RotationWaiting") == "True/SecretReloading"; }

  json::Value before;
};

TEST_F(OpenClawInPlace, AKeyThatRotatesReachesThePodThatRunsAndItsTemplateStaysAsItIs) {
  in_place();
  EXPECT_EQ(mark(), "") << "a pod starts with what is there";
  value("2", "a");
  const std::string first = told();
  EXPECT_THAT(first, MatchesRegex("[0-9a-f]+ [^ ]+ ANTHROPIC_API_KEY=[0-9a-f]+")) << "what the pod may load";
  world.until("the condition", [&] { return waits(); });
  EXPECT_THAT(json::serialize(world.get(kInstances, "agent")), HasSubstr("waiting for pod agent-0"));
  EXPECT_EQ(world.events("ReloadedInPlace").size(), 0U);

  answers(first, "ok");
  world.until("the event", [&] { return world.events("ReloadedInPlace").size() == 1; });
  world.until("no condition", [&] { return world.condition("agent", "RotationWaiting").empty(); });
  EXPECT_EQ(pod_template(stateful_set()), pod_template(before));
  EXPECT_EQ(world.generation("agent"), 1);
  EXPECT_TRUE(world.events("SecretRotated").empty());
  EXPECT_THAT(std::string(annotation(stateful_set(), "openclaw.rocks/secret-history")),
              HasSubstr(R"("result":"in place")"));
  EXPECT_THAT(world.metrics().render(),
              HasSubstr(R"(openclaw_secret_rotations_total{namespace="ns",instance="agent",result="in_place"} 1)"));

  const std::string version(json::find_string(stateful_set(), "metadata.resourceVersion"));
  world.settle_after("agent", [&] { world.merge(kInstances, "agent", R"({"metadata":{"labels":{"a":"b"}}})"); });
  EXPECT_EQ(json::find_string(stateful_set(), "metadata.resourceVersion"), version) << "a second pass writes nothing";
  EXPECT_EQ(mark(), first);
}

TEST_F(OpenClawInPlace, AResultThatIsNotGoodEndsInAnOrdinaryRestart) {
  in_place();
  value("2", "a");
  rotates_once([&] { answers(told(), "reload-warned"); });
  world.until("the events",
              [&] { return world.events("ReloadFailed").size() == 1 && world.events("SecretRotated").size() == 1; });
  const std::string said = json::serialize(world.events("ReloadFailed").front());
  EXPECT_THAT(said, HasSubstr("pod agent-0"));
  EXPECT_THAT(said, HasSubstr("older value"));
  EXPECT_TRUE(world.events("ReloadedInPlace").empty());

  pod();  // of the new template: starts with the value, is told nothing
  rolls_out();
  world.settle_after("agent", [&] { world.merge(kInstances, "agent", R"({"metadata":{"labels":{"a":"b"}}})"); });
  EXPECT_EQ(mark(), "");
}

TEST_F(OpenClawInPlace, AChangeOfMoreThanModelKeysRestarts) {
  in_place();
  rotates_once([&] { value("2", "b"); });
  EXPECT_EQ(mark(), "");
  rotates_once([&] { value("2", "a"); });
  EXPECT_EQ(mark(), "");
}

TEST_F(OpenClawInPlace, AnotherValueWhileOneIsBeingLoadedIsAskedForAnew) {
  in_place();
  value("2", "a");
  const std::string first = told();
  value("b", "a");
  const std::string second = told(first);
  answers(first, "reload-failed");  // of the one before: no word about this one
  world.until("the condition", [&] { return waits(); });
  answers(second, "ok");
  world.until("the event", [&] { return world.events("ReloadedInPlace").size() == 1; });
  EXPECT_EQ(world.generation("agent"), 1);
}

TEST_F(OpenClawInPlace, AValueThatGoesBackWhileItIsBeingLoadedIsTakenBack) {
  in_place();
  value("2", "a");
  const std::string first = told();
  world.stop_operator();
  answers(first, "ok");
  value("1", "a");
  world.start_operator();
  const std::string second = told(first);
  answers(second, "ok");
  world.until("the event", [&] { return world.events("ReloadedInPlace").size() == 1; });
  world.until("no condition", [&] { return world.condition("agent", "RotationWaiting").empty(); });
  world.settle_after("agent", [&] { world.merge(kInstances, "agent", R"({"metadata":{"labels":{"a":"b"}}})"); });
  EXPECT_EQ(mark(), second) << "asked for once";
  EXPECT_EQ(pod_template(stateful_set()), pod_template(before));
}

TEST_F(OpenClawInPlace, AnOperatorThatStartsAgainGoesOnWithTheDeliveryThatRuns) {
  in_place();
  value("2", "a");
  const std::string first = told();
  world.until("the condition", [&] { return waits(); });
  world.stop_operator();
  answers(first, "ok");
  world.start_operator();
  world.until("the event", [&] { return world.events("ReloadedInPlace").size() == 1; });
  EXPECT_EQ(mark(), first);
  EXPECT_EQ(pod_template(stateful_set()), pod_template(before));
}

TEST_F(OpenClawInPlace, APodThatMayNotBeToldRestarts) {
  in_place();
  world.faults().add({.verb = "patch", .resource = "pods", .status = 403, .reason = "Forbidden"});
  rotates_once([&] { value("2", "a"); });
  world.until("the event", [&] { return !world.events("ReloadFailed").empty(); });
}

TEST_F(OpenClawInPlace, ItWaitsForTheOwnersTimesAsARestartDoes) {
  in_place(R"("openclaw.rocks/secret-delivery":"reload","openclaw.rocks/secret-rollout":"paused")");
  value("2", "a");
  world.until("the condition", [&] { return world.condition("agent", "RotationWaiting") == "True/RestartPaused"; });
  EXPECT_EQ(mark(), "");
  world.merge(kInstances, "agent", R"({"metadata":{"annotations":{"openclaw.rocks/secret-rollout":null}}})");
  answers(told(), "ok");
  world.until("the event", [&] { return !world.events("ReloadedInPlace").empty(); });
}

TEST_F(OpenClawInPlace, AWordThatIsNoneAndAnInstanceWithoutSuchKeysAreTold) {
  in_place(R"("openclaw.rocks/secret-delivery":"perhaps")");
  world.until("the event", [&] { return !world.events("SecretDeliveryInvalid").empty(); });
  EXPECT_THAT(json::serialize(world.events("SecretDeliveryInvalid").front()), HasSubstr("restart or reload"));
  rotates_once([&] { value("2", "a"); });

  world.instance("other", R"({"envFrom":[{"secretRef":{"name":"keys"}}]})");
  world.merge(kInstances, "other", R"({"metadata":{"annotations":{"openclaw.rocks/secret-delivery":"reload"}}})");
  world.until("the event", [&] { return !world.events("SecretDeliveryUnused").empty(); });
}

TEST_F(OpenClawInPlace, ItsPageAndItsExampleShowInstancesWhoseKeyIsDelivered) {
  world.start_operator();
  std::vector<std::string> texts = {read_file(source_path("examples/rotation-in-place/instance.yaml"))};
  for (const Fence& fence : parse_markdown(read_file(source_path("docs/rotation-in-place.md"))).fences) {
    if (fence.info == "yaml") texts.push_back(fence.text);
  }
  ASSERT_EQ(texts.size(), 2U);
  for (const std::string& text : texts) {
    auto document = json::parse_yaml(text);
    ASSERT_TRUE(document) << text;
    document->as_object()["metadata"].as_object().erase("namespace");
    world.create(kInstances, "my-assistant", json::serialize(*document));
    world.until("the StatefulSet", [&] { return world.generation("my-assistant") == 1; });
    EXPECT_THAT(pod_template(world.get(kStatefulSets, "my-assistant")), HasSubstr(R"("name":"secret-reload")"));
    world.remove(kInstances, "my-assistant", {.propagation_policy = "Background"});
    world.until("the end", [&] {
      return world.get(kInstances, "my-assistant").is_null() && world.get(kStatefulSets, "my-assistant").is_null();
    });
  }
  EXPECT_TRUE(world.events("SecretDeliveryUnused").empty());
}

}  // namespace
}  // namespace rotor::test
