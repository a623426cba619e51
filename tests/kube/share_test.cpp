#include "kube/shards/share.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;

std::vector<int> shares(int whole, int replicas) {
  std::vector<int> out;
  for (int rank = 0; rank < replicas; ++rank) out.push_back(share_of_limit(whole, {replicas, rank}));
  return out;
}

TEST(ShareOfALimit, IsTogetherTheWholeAndAlikeForAll) {
  EXPECT_EQ(shares(50, 1), (std::vector<int>{50}));
  EXPECT_EQ(shares(50, 3), (std::vector<int>{17, 17, 16}));
  EXPECT_EQ(shares(3, 3), (std::vector<int>{1, 1, 1}));
  EXPECT_EQ(shares(2, 3), (std::vector<int>{1, 1, 0}));
  for (int whole = 0; whole <= 40; ++whole) {
    for (int replicas = 1; replicas <= 12; ++replicas) {
      const std::vector<int> all = shares(whole, replicas);
      EXPECT_EQ(std::accumulate(all.begin(), all.end(), 0), whole);
      EXPECT_LE(*std::ranges::max_element(all) - *std::ranges::min_element(all), 1);
    }
  }
}

// Every moment of a quarter of an hour, second by second.
TEST(TurnAtALimit, IsHadByNoMoreThanTheLimitAtATimeAndByEverybodyInTheEnd) {
  constexpr int kSeconds = 900;
  for (int whole = 1; whole <= 4; ++whole) {
    for (int replicas = whole + 1; replicas <= 7; ++replicas) {
      std::set<int> had;
      for (int second = 0; second < kSeconds; ++second) {
        int now = 0;
        for (int rank = 0; rank < replicas; ++rank) {
          if (!turn_of(whole, {replicas, rank}, WallTime(1'800'000'000s + std::chrono::seconds(second))).now) continue;
          had.insert(rank);
          ++now;
        }
        ASSERT_LE(now, whole) << replicas << " replicas";
      }
      EXPECT_EQ(had.size(), static_cast<std::size_t>(replicas)) << whole;
    }
  }
}

TEST(TurnAtALimit, IsNotHadByTwoWhoseClocksDifferByLessThanTheGap) {
  for (int second = 0; second < 120; ++second) {
    const WallTime now(1'800'000'000s + std::chrono::seconds(second));
    const bool mine = turn_of(1, {2, 0}, now).now;
    const bool others = turn_of(1, {2, 1}, now + kTurnGap - 1s).now;
    EXPECT_FALSE(mine && others) << second;
  }
}

TEST(TurnAtALimit, BeginsWhenItSays) {
  for (int second = 0; second < 60; ++second) {
    const WallTime now(1'800'000'000s + std::chrono::seconds(second));
    const Turn turn = turn_of(1, {3, 2}, now);
    if (turn.now) continue;
    EXPECT_TRUE(turn_of(1, {3, 2}, now + turn.next).now) << second;
    EXPECT_FALSE(turn_of(1, {3, 2}, now + turn.next - 1ms).now) << second;
  }
}

}  // namespace
}  // namespace rotor::kube
