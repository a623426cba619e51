// Many ExternalSecrets on a clock that the test moves: a few of them broken, and a machine whose date is set anew.
#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/time.hpp"
#include "tests/scenarios/secrets_clock.hpp"

namespace rotor::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr std::string_view kPasses = "externalsecret_sync_calls_total";
constexpr std::string_view kErrors = "externalsecret_sync_calls_error";
constexpr auto kInterval = 5min;

std::string crowd_name(int i) { return fmt::format("es-{}", i); }

class SecretsCrowd : public SecretsOnAClock {
 protected:
  // Each reads a key of its own, and of the broken ones the store has none.
  void gather(int many, const std::set<int>& broken) {
    std::string entries;
    for (int i = 0; i < many; ++i) {
      if (!broken.contains(i))
        entries += fmt::format(R"({}{{"key":"k-{}","value":"v"}})", entries.empty() ? "" : ",", i);
    }
    world.store("[" + entries + "]");
    begin();
    pass_until("the store", [this] { return world.ready("ss", "store") == "True/Valid/store validated"; });
    for (int i = 0; i < many; ++i) make(crowd_name(i), fmt::format("k-{}", i));
    const int good = many - static_cast<int>(broken.size());
    pass_until("all that can be synced", [&] { return synced() == good; }, 1s);
  }
  int synced() {
    std::istringstream lines(metrics.render());
    int many = 0;
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("externalsecret_status_condition")) continue;
      if (line.ends_with(R"(condition="Ready",status="True"} 1)")) ++many;
    }
    return many;
  }
};

TEST_F(SecretsCrowd, OfThreeHundredThreeThatAreBrokenDelayNobodyAndTryRarely) {
  constexpr int kMany = 300;
  const std::set<int> broken{0, 100, 299};
  gather(kMany, broken);
  pass(10s);  // what was told is counted
  const auto before = counts(kPasses);
  std::map<std::string, int> last = before;
  int most_together = 0;
  constexpr Duration kStride = 10s;
  for (Duration time{}; time < kInterval; time += kStride) {
    pass(kStride, kEverybodyAnswers, kStride);
    const auto now = counts(kPasses);
    int together = 0;
    for (const auto& [name, passes] : now) together += passes - last.at(name);
    most_together = std::max(most_together, together);
    last = now;
  }
  const int good = kMany - static_cast<int>(broken.size());
  const auto errors = counts(kErrors);
  int all_refreshes = 0;
  for (int i = 0; i < kMany; ++i) {
    const std::string name = crowd_name(i);
    if (broken.contains(i)) {
      // Pauses of 1, 2, 4 … 128 seconds.
      EXPECT_GE(last.at(name), 7) << name;
      EXPECT_LE(last.at(name), 11) << name;
      EXPECT_EQ(errors.at(name), last.at(name)) << name;
    } else {
      const int refreshes = last.at(name) - before.at(name);
      EXPECT_LE(refreshes, 3) << name;  // 1, and those whose turn is at an edge
      all_refreshes += refreshes;
      EXPECT_EQ(errors.at(name), 0) << name;
    }
  }
  EXPECT_NEAR(all_refreshes, good, good / 5.0) << "once an interval";
  EXPECT_LE(most_together, kMany / 4) << "of thirty steps an interval";
  EXPECT_EQ(synced(), good);
}

TEST_F(SecretsCrowd, IsRefreshedOncePerIntervalWhateverDateTheMachineIsGiven) {
  constexpr int kFew = 24;
  gather(kFew, {});
  pass(1min);
  const auto version = [this](int i) {
    return std::string(json::find_string(world.get("secret", crowd_name(i)), "metadata.resourceVersion"));
  };
  std::map<int, std::string> secrets;
  for (int i = 0; i < kFew; ++i) secrets[i] = version(i);
  for (const std::chrono::seconds jump : {24h + 137s, -48h - 71s, 24h + 11s}) {
    clock.set_wall(clock.now() + jump);
    const WallTime then = clock.now();
    const auto before = counts(kPasses);
    pass(2 * kInterval);
    const auto after = counts(kPasses);
    for (int i = 0; i < kFew; ++i) {
      const std::string name = crowd_name(i);
      const int passes = after.at(name) - before.at(name);
      EXPECT_GE(passes, 1) << name << " after " << jump.count() << " seconds";
      EXPECT_LE(passes, 4) << name << " after " << jump.count() << " seconds";
      const auto told = parse_time(refresh_time(name));
      ASSERT_TRUE(told) << name;
      EXPECT_GE(*told, then) << name << " after " << jump.count() << " seconds";
      EXPECT_LE(*told, clock.now()) << name << " after " << jump.count() << " seconds";
    }
  }
  for (int i = 0; i < kFew; ++i) {
    EXPECT_EQ(version(i), secrets[i]) << "a date is no reason to write a Secret";
    EXPECT_EQ(world.ready("es", crowd_name(i)), kSynced);
  }
}

}  // namespace
}  // namespace rotor::test
