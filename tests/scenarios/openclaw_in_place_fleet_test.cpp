// Many instances share a Secret whose keys are delivered in place: limits and canaries count for them as for restarts.
// The tests play the StatefulSet's controller, the node and the pods.
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/openclaw_world.hpp"

namespace rotor::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kShared = R"({"envFrom":[{"secretRef":{"name":"keys"}}],)"
                                     R"("config":{"raw":{"agents":{"defaults":{"model":"anthropic/m"}}}}})";

class OpenClawInPlaceFleet : public testing::Test {
 protected:
  static std::string name(int n) { return "agent-" + std::to_string(n); }
  static std::string pod(int n) { return name(n) + "-0"; }

  void fleet(int n, openclaw::RolloutLimits limits) {
    size = n;
    value("MQ==");
    for (int i = 0; i < n; ++i) {
      world.instance(name(i), kShared);
      world.merge(kInstances, name(i), R"({"metadata":{"annotations":{"openclaw.rocks/secret-delivery":"reload"}}})");
    }
    world.start_operator({.operator_namespace = "rotor", .quiet = 0ns, .rollouts = limits});
    for (int i = 0; i < n; ++i) {
      world.until("a StatefulSet", [&] { return world.generation(name(i)) == 1; });
      runs(i);
      world.until("Running", [&] { return world.phase(name(i)) == "Running"; });
    }
  }
  void value(std::string_view base64) { world.secret("keys", fmt::format(R"({{"ANTHROPIC_API_KEY":"{}"}})", base64)); }
  // Its pod is of the newest template and ready.
  void runs(int i) {
    world.merge(kStatefulSets, name(i),
                fmt::format(R"({{"status":{{"observedGeneration":{0},"replicas":1,"updatedReplicas":1,)"
                            R"("readyReplicas":1,"updateRevision":"r-{0}"}}}})",
                            world.generation(name(i))),
                "status");
    world.create(kPods, pod(i),
                 fmt::format(R"({{"metadata":{{"labels":{{"app.kubernetes.io/name":"openclaw",)"
                             R"("app.kubernetes.io/instance":"{}","app.kubernetes.io/managed-by":"openclaw-operator",)"
                             R"("controller-revision-hash":"r-{}"}}}},"spec":{{"containers":[)"
                             R"({{"name":"openclaw","image":"i"}},{{"name":"secret-reload","image":"i"}}]}}}})",
                             name(i), world.generation(name(i))));
  }
  std::string mark(int i) {
    const json::Value object = world.get(kPods, pod(i));
    const json::Value* all = json::find(object, "metadata.annotations");
    const json::Value* value =
        all == nullptr ? nullptr : all->as_object().if_contains("openclaw.rocks/secrets-in-place");
    return value == nullptr ? std::string() : std::string(value->as_string());
  }
  // Those whose pods were told of the value and have not answered.
  std::vector<int> loading() {
    std::vector<int> out;
    for (int i = 0; i < size; ++i) {
      if (!mark(i).empty() && !answered.contains(i)) out.push_back(i);
    }
    return out;
  }
  void answers(int i, const std::string& result) {
    answered.insert(i);
    const std::string message = json::quote(fmt::format(R"({{"mark":"{}","result":"{}"}})", mark(i), result));
    world.merge(kPods, pod(i),
                R"({"status":{"containerStatuses":[{"name":"secret-reload","image":"i","imageID":"","ready":true,)"
                R"("restartCount":1,"state":{"running":{}},"lastState":{"terminated":{"exitCode":0,"message":)" +
                    message + "}}}]}}",
                "status");
  }
  int waiting(const std::string& reason) {
    int n = 0;
    for (int i = 0; i < size; ++i) n += world.condition(name(i), "RotationWaiting") == "True/" + reason ? 1 : 0;
    return n;
  }

  OpenClawWorld world;
  int size = 0;
  std::set<int> answered;
};

TEST_F(OpenClawInPlaceFleet, Row12NeverMoreThanTheLimitLoadAValueAtOnceAndAllOfThemDo) {
  fleet(6, {.at_once = 2, .canaries = 1});
  value("Mg==");
  std::size_t most = 0;
  for (int done = 0; done < size; ++done) {
    world.until("a pod that is told", [&] { return !loading().empty(); });
    if (done == 1) world.until("as many as may", [&] { return loading().size() == 2; });
    const std::vector<int> now = loading();
    most = std::max(most, now.size());
    ASSERT_LE(now.size(), done == 0 ? 1U : 2U) << "after " << done << " answers";
    answers(now.front(), "ok");
  }
  EXPECT_EQ(most, 2U);
  world.until("the end of it",
              [&] { return waiting("RolloutLimit") + waiting("CanariesFirst") + waiting("SecretReloading") == 0; });
  for (int i = 0; i < size; ++i) EXPECT_EQ(world.generation(name(i)), 1) << name(i) << " did not restart";
  EXPECT_TRUE(world.events("SecretRotated").empty());
}

TEST_F(OpenClawInPlaceFleet, W13ACanaryThatCannotLoadTheValueAndDoesNotComeUpWithItStopsTheOthers) {
  fleet(4, {.at_once = 4, .canaries = 1, .deadline = 3s});
  value("Mg==");
  world.until("the canary", [&] { return loading().size() == 1; });
  const int canary = loading().front();
  answers(canary, "refused");
  world.until("its restart", [&] { return world.generation(name(canary)) == 2; });
  world.until("the stop", [&] { return waiting("SecretRolloutPaused") == size - 1; });
  for (int i = 0; i < size; ++i) {
    if (i == canary) continue;
    EXPECT_EQ(mark(i), "") << name(i) << " was told of a value that failed";
    EXPECT_EQ(world.generation(name(i)), 1);
  }
}

}  // namespace
}  // namespace rotor::test
