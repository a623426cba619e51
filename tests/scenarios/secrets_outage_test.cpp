// The API server is away for ten minutes.
#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "apiserver/server/faults.hpp"
#include "tests/scenarios/secrets_clock.hpp"

namespace rotor::test {
namespace {

using namespace std::chrono_literals;

constexpr int kObjects = 24;
constexpr auto kLongestBackOff = 7min;
constexpr std::string_view kSynced = "True/SecretSynced/secret synced";

std::string name_of(int i) { return fmt::format("es-{}", i); }
// Each reads something else: what reads the same is refreshed together.
std::string key_of(int i) { return fmt::format("k-{}", i); }
std::string entries() {
  std::string out = R"([{"key":"k2","value":"2"})";
  for (int i = 0; i < kObjects; ++i) out += fmt::format(R"(,{{"key":"{}","value":"1"}})", key_of(i));
  return out + "]";
}

class Outage : public SecretsOnAClock {
 protected:
  Outage() {
    world.store(entries());
    for (int i = 0; i < kObjects; ++i) make(name_of(i), key_of(i));
    begin();
  }
  void until_synced(const std::string& name) { until_ready(name, kSynced); }
  std::vector<std::string> refresh_times() {
    std::vector<std::string> out;
    for (int i = 0; i < kObjects; ++i) out.push_back(refresh_time(name_of(i)));
    return out;
  }
};

TEST_F(Outage, OfTenMinutesIsFollowedByEachRefreshSpreadAndNoTurnIsMadeUpFor) {
  for (int i = 0; i < kObjects; ++i) until_synced(name_of(i));
  pass(10s);
  const auto before = refresh_times();
  world.faults().add({.times = -1, .kind = apiserver::Fault::Kind::kDrop});
  world.faults().end_watches("");
  pass(10min, kNobodyAnswers);
  EXPECT_GT(world.faults().hits(), static_cast<std::uint64_t>(kObjects)) << "it was tried";
  world.faults().clear();
  std::vector<std::set<std::string>> seen(kObjects);
  for (Duration since{}; since < kLongestBackOff + 1min; since += 30s) {
    pass(30s);
    const auto now = refresh_times();
    for (std::size_t i = 0; i < kObjects; ++i) seen[i].insert(now[i]);
  }
  std::map<std::string, int> first_by_moment;
  for (std::size_t i = 0; i < kObjects; ++i) {
    seen[i].erase(before[i]);
    ASSERT_FALSE(seen[i].empty()) << i;
    ++first_by_moment[*seen[i].begin()];
    // What it missed, and its own turn of each interval since.
    EXPECT_LE(seen[i].size(), 3U) << i;
  }
  for (const auto& [moment, together] : first_by_moment) EXPECT_LE(together, kObjects / 2) << moment;
}

TEST_F(Outage, LeavesNoWatchBehindThatDoesNotGoOn) {
  until_synced(name_of(0));
  world.faults().add({.times = -1, .kind = apiserver::Fault::Kind::kDrop});
  world.faults().end_watches("");
  pass(10min, kNobodyAnswers);
  world.faults().clear();
  make("later", key_of(0));
  until_synced("later");
  world.merge("es", "later", R"({"spec":{"data":[{"secretKey":"b","remoteRef":{"key":"k2"}}]}})");
  for (int i = 0; i < 60 && world.value("later", "b") != "2"; ++i) pass(kStep);
  EXPECT_EQ(world.value("later", "b"), "2");
}

}  // namespace
}  // namespace rotor::test
