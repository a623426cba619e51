// The pod of an instance as the API server stores it: nothing in it is written twice, what switches off goes, and what
// others add stays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/source_dir.hpp"
#include "tests/scenarios/openclaw_world.hpp"

namespace rotor::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class OpenClawPod : public testing::Test {
 protected:
  void provisioned(std::string_view spec = "{}") {
    world.instance("foo", spec);
    world.start_operator();
    world.until("the status", [this] { return !world.condition("foo", "StatefulSetReady").empty(); });
  }
  json::Value pod() { return *json::find(world.get(kStatefulSets, "foo"), "spec.template.spec"); }
  std::vector<std::string> names(std::string_view list) {
    std::vector<std::string> found;
    const json::Value spec = pod();
    for (const json::Value& one : json::find(spec, list)->as_array()) {
      found.emplace_back(json::find_string(one, "name"));
    }
    return found;
  }
  std::string versions() {
    std::string all;
    for (const auto& [kind, name] : {std::pair(kStatefulSets, "foo"), {kServices, "foo"}, {kClaims, "foo-data"}}) {
      all += std::string(json::find_string(world.get(kind, name), "metadata.resourceVersion")) + " ";
    }
    return all;
  }
  std::uint64_t writes() {
    std::uint64_t all = 0;
    for (const char* verb : {"create", "update", "patch", "delete"}) {
      for (const char* kind : {"statefulsets", "services", "persistentvolumeclaims", "openclawinstances/status"}) {
        all += world.operator_requests(verb, kind);
      }
    }
    return all;
  }
  void poked_without_a_write() {
    world.pod_is_ready("foo");
    world.until("Running", [this] { return world.phase("foo") == "Running"; });
    const std::string before = versions();
    const std::uint64_t written = writes();
    for (int i = 0; i < 10; ++i) {
      world.settle_after("foo", [&] {
        world.merge(kInstances, "foo", R"({"metadata":{"annotations":{"poke":")" + std::to_string(i) + R"("}}})");
      });
    }
    EXPECT_EQ(versions(), before);
    EXPECT_EQ(writes(), written);
  }
  OpenClawWorld world;
};

TEST_F(OpenClawPod, B159AndB237ASecondPassOverADefaultInstanceWritesNothing) {
  provisioned();
  poked_without_a_write();
}

TEST_F(OpenClawPod, B159AndB237ASecondPassOverAnInstanceWithEverythingWritesNothing) {
  provisioned(read_file(source_path("tests/cluster/data/maximal-instance.json")));
  ASSERT_EQ(names("containers").size(), 5U);
  poked_without_a_write();
}

TEST_F(OpenClawPod, B181AndB185WhatSwitchesOffIsTakenOutOfThePod) {
  provisioned();
  EXPECT_THAT(names("containers"), ElementsAre("openclaw", "gateway-proxy", "otel-collector"));
  world.merge(kInstances, "foo",
              R"({"spec":{"gateway":{"enabled":false},"observability":{"metrics":{"enabled":false}}}})");
  world.until("the new template", [this] { return names("containers").size() == 1; });
  EXPECT_THAT(names("volumes"), Not(testing::Contains("gateway-proxy-tmp")));
  EXPECT_THAT(names("volumes"), Not(testing::Contains("otel-collector-config")));
  world.until("the Service", [this] { return !json::serialize(world.get(kServices, "foo")).contains("9090"); });
  world.merge(kInstances, "foo", R"({"spec":{"gateway":null,"observability":null}})");
  world.until("the old template", [this] { return names("containers").size() == 3; });
  EXPECT_THAT(names("containers"), ElementsAre("openclaw", "gateway-proxy", "otel-collector"));
}

TEST_F(OpenClawPod, B160WhenToPullAUsersImageFollowsTheImage) {
  provisioned(
      R"({"sidecars":[{"name":"a","image":"a:1"},{"name":"b","image":"a:latest"},{"name":"c","image":"localhost:5000/a"}]})");
  const json::Value spec = pod();
  const json::Array& containers = spec.at("containers").as_array();
  EXPECT_EQ(json::find_string(containers.at(3), "imagePullPolicy"), "IfNotPresent");
  EXPECT_EQ(json::find_string(containers.at(4), "imagePullPolicy"), "Always");
  EXPECT_EQ(json::find_string(containers.at(5), "imagePullPolicy"), "Always");
  world.merge(kInstances, "foo",
              R"({"spec":{"sidecars":[{"name":"a","image":"a:latest"},{"name":"b","image":"a:1"}]}})");
  world.until("the new template", [this] { return names("containers").size() == 5; });
  const json::Value edited = pod();
  EXPECT_EQ(json::find_string(edited.at("containers").at(3), "imagePullPolicy"), "Always");
  EXPECT_EQ(json::find_string(edited.at("containers").at(4), "imagePullPolicy"), "IfNotPresent");
}

TEST_F(OpenClawPod, B208WhatTheApiServerGaveTheServiceStays) {
  provisioned(R"({"networking":{"service":{"type":"NodePort"}}})");
  const json::Value before = world.get(kServices, "foo");
  ASSERT_FALSE(json::find_string(before, "spec.clusterIP").empty());
  world.merge(kInstances, "foo", R"({"spec":{"networking":{"service":{"annotations":{"a":"b"}}}}})");
  world.until("the annotation", [this] { return json::serialize(world.get(kServices, "foo")).contains(R"("a":"b")"); });
  const json::Value after = world.get(kServices, "foo");
  EXPECT_EQ(json::serialize(*json::find(after, "spec")), json::serialize(*json::find(before, "spec")));
}

TEST_F(OpenClawPod, WhatAnInjectorAddsToThePodStays) {
  provisioned();
  world.merge(kStatefulSets, "foo", R"({"spec":{"template":{"metadata":{"annotations":{"injected":"yes"}}}}})");
  world.settle_after("foo", [this] { world.merge(kInstances, "foo", R"({"spec":{"image":{"tag":"v2"}}})"); });
  EXPECT_THAT(json::serialize(world.get(kStatefulSets, "foo")), HasSubstr(R"("injected":"yes")"));
}

TEST_F(OpenClawPod, AVolumeUnderANameOfOursIsRefusedAndThePodIsLeftAlone) {
  provisioned();
  world.merge(kInstances, "foo", R"({"spec":{"extraVolumes":[{"name":"tmp","emptyDir":{}}]}})");
  world.until("Failed", [this] { return world.phase("foo") == "Failed"; });
  EXPECT_EQ(world.generation("foo"), 1);
  world.until("the event", [this] { return !world.events("ReconcileFailed").empty(); });
  EXPECT_THAT(json::serialize(world.events("ReconcileFailed")[0]), HasSubstr("volumes"));
}

}  // namespace
}  // namespace rotor::test
