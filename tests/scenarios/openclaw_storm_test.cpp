// Many instances that share a Secret which changes again and again. What counts is what a watch shows of the
// StatefulSets, change by change; the operator's time passes only when the test says so.
#include <algorithm>
#include <array>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "kube/runtime/cache.hpp"
#include "openclaw/live_stateful_set.hpp"
#include "openclaw/names.hpp"
#include "openclaw/secret_state.hpp"
#include "openclaw/status.hpp"
#include "openclaw/view.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/scenarios/openclaw_running.hpp"

namespace rotor::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kInstancesOfStorm = 60;
constexpr std::size_t kLimit = 10;
constexpr std::size_t kFirst = 2;  // canaries

// A StatefulSet as one change left it.
struct SeenSet {
  kube::ObjectMeta metadata;
  std::string keys_version;  // of the Secret that its pods are started with
  bool current = false;      // its controller has brought all pods up to date
};

Result<SeenSet> read_seen_set(std::string_view text) {
  TRY(const openclaw::LiveObject object, openclaw::read_live(text));
  TRY(const json::Value document, json::parse(text));
  const auto state = object.metadata.annotations.find(openclaw::kSecretState);
  const auto parsed = state == object.metadata.annotations.end() ? std::nullopt : openclaw::parse_state(state->second);
  const bool known = parsed && parsed->secrets.contains("keys");
  return SeenSet{object.metadata, known ? parsed->secrets.at("keys").resource_version : "",
                 openclaw::rolled_out(openclaw::workload_state(document))};
}

// Pods, their data, and the token that they wait for; what else stands around them takes no part.
openclaw::ManagedKinds kinds_of_storm() {
  static constexpr std::array kTakePart = {kStatefulSets, kClaims, kSecrets};
  static const std::vector<openclaw::ManagedKind> kRows = [] {
    std::vector<openclaw::ManagedKind> out;
    for (const openclaw::ManagedKind& kind : openclaw::managed_kinds()) {
      if (std::ranges::find(kTakePart, kind.resource) != kTakePart.end()) out.push_back(kind);
    }
    return out;
  }();
  return kRows;
}

class OpenClawStorm : public testing::Test {
 protected:
  using Sets = kube::Cache<SeenSet>;

  OpenClawStorm() {
    sets.on_change([this](const kube::Key& key, const Sets::Ptr&, const Sets::Ptr& after) { take(key, *after); });
    world.loop().start(sets.run());
  }
  ~OpenClawStorm() override {
    world.stop_operator();
    world.loop().stop();
  }

  // After each change of the watch: who is on the way to another template.
  void take(const kube::Key& key, const SeenSet& now) {
    if (now.current) {
      under_way.erase(key.name);
    } else {
      under_way.insert(key.name);
    }
    most = std::max(most, under_way.size());
    if (now.metadata.generation > 1) restarted.insert(key.name);
  }
  void until(std::string_view what, const std::function<bool()>& is_so) {
    world.until(what, [&] {
      clock.advance(1ms);
      return is_so();
    });
  }
  // As the StatefulSet's controller would say when all pods are new and ready.
  void rolls_out(const std::string& name) {
    const Sets::Ptr before = sets.all().at({"ns", name});
    world.merge(
        kStatefulSets, name,
        fmt::format(R"({{"status":{{"observedGeneration":{},"replicas":1,"updatedReplicas":1,"readyReplicas":1}}}})",
                    before->metadata.generation),
        "status");
    until("the watch", [&] { return !under_way.contains(name) || sets.all().at({"ns", name}) != before; });
  }
  static std::string name_of(std::size_t i) { return fmt::format("agent-{}", i); }
  std::size_t with(const std::string& version) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        sets.all(), [&](const auto& set) { return set.second->keys_version == version && set.second->current; }));
  }
  std::string another_value(int value) {
    world.secret("keys", fmt::format(R"({{"A":"{}"}})", base64_encode(fmt::format("value {}", value))));
    return std::string(json::find_string(world.get(kSecrets, "keys"), "metadata.resourceVersion"));
  }
  // Any of those that are under way, whoever began first.
  std::string somebody() {
    std::vector<std::string> all(under_way.begin(), under_way.end());
    return all[std::uniform_int_distribution<std::size_t>(0, all.size() - 1)(random)];
  }

  FakeClock clock;
  OpenClawWorld world;
  Sets sets{world.person(), world.clock(), "ns", {}, read_seen_set, kStatefulSets};
  std::set<std::string> under_way, restarted;
  std::size_t most = 0;
  std::minstd_rand random{20261130};
};

TEST_F(OpenClawStorm, W9W13InstancesAreMadeOnceAndNeverMoreOfThemThanTheLimitRestart) {
  world.start_operator({.operator_namespace = "rotor",
                        .quiet = 0s,
                        .rollouts = {.at_once = kLimit, .canaries = kFirst, .deadline = 24h}},
                       kinds_of_storm(), &clock);
  another_value(0);
  for (std::size_t i = 0; i < kInstancesOfStorm; ++i) world.instance(name_of(i), kEnvFrom);
  for (std::size_t i = 0; i < kInstancesOfStorm; ++i) {
    until("its StatefulSet", [&] { return under_way.contains(name_of(i)); });
    rolls_out(name_of(i));
  }
  clock.advance(1h);
  until("their status", [this] {
    return std::ranges::all_of(world.all(kInstances), [](const json::Value& instance) {
      return json::find_string(instance, "status.phase") == "Running";
    });
  });
  EXPECT_THAT(restarted, testing::IsEmpty()) << "W9: a token that was just made restarts nobody";

  most = 0;
  std::string newest = another_value(1);
  until("the first", [&] { return under_way.size() == kFirst; });
  for (std::size_t i = 0; i < kFirst; ++i) rolls_out(somebody());
  until("all that may", [&] { return under_way.size() == kLimit; });
  int values = 1;
  for (std::size_t done = 1; with(newest) < kInstancesOfStorm; ++done) {
    until("a restart", [&] { return !under_way.empty(); });
    rolls_out(somebody());
    if (values < 3 && done % (kInstancesOfStorm / 4) == 0) newest = another_value(++values);
  }
  EXPECT_EQ(most, kLimit) << "W13: never more";
  EXPECT_EQ(restarted.size(), kInstancesOfStorm);
}

}  // namespace
}  // namespace rotor::test
