// An instance "agent" that runs with the Secret "keys", and what may happen to its pod template.
#pragma once

#include <gtest/gtest.h>

#include "tests/scenarios/openclaw_world.hpp"

namespace rotor::test {

inline constexpr std::string_view kEnvFrom = R"({"envFrom":[{"secretRef":{"name":"keys"}}]})";

class RunningInstance : public testing::Test {
 protected:
  // An instance that runs, with its Secret.
  void running(std::string_view spec = kEnvFrom, std::string_view data = R"({"A":"MQ=="})") {
    if (!data.empty()) world.secret("keys", data);
    world.instance("agent", spec);
    world.start_operator();
    world.until("the StatefulSet", [this] { return world.generation("agent") == 1; });
    world.until("the status", [this] { return world.phase("agent") == "Provisioning"; });
    world.pod_is_ready("agent");
    world.until("Running", [this] { return world.phase("agent") == "Running"; });
  }
  // Exactly one change of the pod template.
  void rotates_once(const std::function<void()>& change) {
    const std::string before = world.secret_hash("agent");
    const std::int64_t generation = world.generation("agent");
    change();
    world.until("another secret-hash", [&] { return world.secret_hash("agent") != before; });
    EXPECT_EQ(world.generation("agent"), generation + 1);
  }
  // Nothing of the pod template changes in the pass that `change` calls for.
  void stays(const std::function<void()>& change) {
    const std::string before = world.secret_hash("agent");
    const std::int64_t generation = world.generation("agent");
    world.settle_after("agent", change);
    EXPECT_EQ(world.secret_hash("agent"), before);
    EXPECT_EQ(world.generation("agent"), generation);
  }

  OpenClawWorld world;
};

}  // namespace rotor::test
