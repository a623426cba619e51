#include "local/node/pod_objects.hpp"

#include <gtest/gtest.h>

namespace rotor::local {
namespace {

api::StatefulSet a_set() {
  auto set = json::read<api::StatefulSet>(R"({"metadata":{"name":"foo","namespace":"ns","uid":"u","generation":3},
      "spec":{"selector":{"matchLabels":{"app":"foo"}},"template":{"metadata":{"labels":{"app":"foo"}},
              "spec":{"containers":[{"name":"main","image":"i"}]}}}})");
  EXPECT_TRUE(set) << set.error().message;
  return *std::move(set);
}

PodCount a_pod(const std::string& revision, bool ready) {
  return {.exists = true, .ready = ready, .revision = revision};
}

TEST(StatusOfASet, NamesTheUpdateRevisionAsCurrentAtFirst) {
  const api::StatefulSet set = a_set();
  const auto status = status_of(set, {});
  EXPECT_EQ(status.current_revision, template_revision(set));
  EXPECT_EQ(status.update_revision, template_revision(set));
  EXPECT_EQ(status.observed_generation, 3);
  EXPECT_EQ(status.replicas, 0);
}

TEST(StatusOfASet, KeepsTheCurrentRevisionUntilTheNewPodIsReady) {
  api::StatefulSet set = a_set();
  set.status.emplace().current_revision = "foo-old";
  const std::string update = template_revision(set);
  const auto old_pod = status_of(set, a_pod("foo-old", true));
  EXPECT_EQ(old_pod.current_revision, "foo-old");
  EXPECT_EQ(old_pod.update_revision, update);
  EXPECT_EQ(old_pod.current_replicas, 1);
  EXPECT_EQ(old_pod.updated_replicas, 0);
  EXPECT_EQ(old_pod.ready_replicas, 1);
  const auto new_pod = status_of(set, a_pod(update, false));
  EXPECT_EQ(new_pod.current_revision, "foo-old");
  EXPECT_EQ(new_pod.updated_replicas, 1);
  EXPECT_EQ(new_pod.current_replicas, 0);
  const auto ready = status_of(set, a_pod(update, true));
  EXPECT_EQ(ready.current_revision, update);
  EXPECT_EQ(ready.current_replicas, 1);
  EXPECT_EQ(ready.available_replicas, 1);
}

TEST(StatusOfASet, CountsNoPodThatIsBeingDeletedAsUpdated) {
  const api::StatefulSet set = a_set();
  PodCount pod = a_pod(template_revision(set), true);
  pod.terminating = true;
  const auto status = status_of(set, pod);
  EXPECT_EQ(status.replicas, 1);
  EXPECT_EQ(status.updated_replicas, 0);
}

TEST(StatusPatch, TakesAwayWhatIsZeroAndIsNothingWhenNothingChanged) {
  api::StatefulSet set = a_set();
  const auto status = status_of(set, {});
  const auto patch = status_patch(set, status);
  ASSERT_TRUE(patch);
  EXPECT_TRUE(patch->at("status").at("readyReplicas").is_null());
  EXPECT_EQ(patch->at("metadata").at("uid").as_string(), "u");
  set.status = status;
  EXPECT_FALSE(status_patch(set, status));
}

TEST(APodOfASet, HasTheContainersThatRunHereAndNamesTheOthers) {
  api::StatefulSet set = a_set();
  const std::string alone = json::serialize(make_pod(set, "r"));
  EXPECT_EQ(alone.find(kNotRunHere), std::string::npos) << alone;
  for (const char* name : {"gateway-proxy", "secret-reload", "mine"}) {
    set.spec.pod_template.spec.containers.emplace_back().name = name;
  }
  const auto pod = json::read<api::Pod>(json::serialize(make_pod(set, "r"))).value();
  ASSERT_EQ(pod.spec.containers.size(), 2U);
  EXPECT_EQ(pod.spec.containers[0].name, "main");
  EXPECT_EQ(pod.spec.containers[1].name, "secret-reload");
  EXPECT_EQ(pod.metadata.annotations.at(std::string(kNotRunHere)), "gateway-proxy,mine");
  // What kubectl counts: containers of the pod, and those of them that are ready.
  const json::Object status = pod_status(pod, {.running = true});
  EXPECT_EQ(status.at("status").at("containerStatuses").as_array().size(), 2U);
}

api::Pod a_pod_object() {
  auto pod = json::read<api::Pod>(
      R"({"metadata":{"name":"foo-0","namespace":"ns","uid":"p"},"spec":{"containers":[{"name":"main","image":"i"}]}})");
  EXPECT_TRUE(pod);
  return *std::move(pod);
}

std::string container_of(const PodFacts& facts) {
  return json::serialize(pod_status(a_pod_object(), facts).at("status").at("containerStatuses").at(0));
}

TEST(StatusOfAPod, IsCreatingBeforeAnythingIsKnown) {
  EXPECT_NE(container_of({}).find(R"("state":{"waiting":{"reason":"ContainerCreating"}})"), std::string::npos);
}

TEST(StatusOfAPod, ShowsTheLastEndBesideWhatRuns) {
  PodFacts facts{.running = true, .restarts = 2};
  facts.last = Terminated{{.code = 3}, WallTime(std::chrono::seconds(1)), WallTime(std::chrono::seconds(2))};
  const std::string status = container_of(facts);
  EXPECT_NE(status.find(R"("restartCount":2)"), std::string::npos) << status;
  EXPECT_NE(status.find(R"("state":{"running":{)"), std::string::npos) << status;
  EXPECT_NE(
      status.find(R"("lastState":{"terminated":{"exitCode":3,"reason":"Error","startedAt":"1970-01-01T00:00:01Z",)"
                  R"("finishedAt":"1970-01-01T00:00:02Z"}})"),
      std::string::npos)
      << status;
}

TEST(StatusOfAPod, ShowsTheEndItselfWhenNothingComesAfter) {
  PodFacts facts;
  facts.last = Terminated{{.code = 0}, {}, {}};
  const std::string status = container_of(facts);
  EXPECT_NE(status.find(R"("state":{"terminated":{"exitCode":0,"reason":"Completed")"), std::string::npos) << status;
  EXPECT_EQ(status.find("lastState"), std::string::npos) << status;
}

}  // namespace
}  // namespace rotor::local
