#include "kube/runtime/first_seen.hpp"

#include <set>

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.hpp"

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;

const Key kPod{"ns", "pod"};

struct FirstSeenTest : testing::Test {
  static Key numbered(std::size_t i) { return {"ns", std::to_string(i)}; }
  Duration age(const Key& key, std::string_view mark) { return seen.age(key, mark, clock.steady()); }
  void see_more(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      there.insert(numbered(i));
      age(numbered(i), "m");
    }
  }

  test::FakeClock clock;
  std::set<Key> there{kPod};
  FirstSeen seen{[this](const Key& key) { return there.contains(key); }};
};

TEST_F(FirstSeenTest, CountsFromTheFirstLookAtAMarkWhateverTheMarkSays) {
  EXPECT_EQ(age(kPod, "2001-01-01T00:00:00Z"), 0s);
  clock.advance(7s);
  EXPECT_EQ(age(kPod, "2001-01-01T00:00:00Z"), 7s);
  EXPECT_EQ(age({"ns", "other"}, "2001-01-01T00:00:00Z"), 0s) << "each object for itself";
}

TEST_F(FirstSeenTest, BeginsAnewWithAnotherMark) {
  age(kPod, "a");
  clock.advance(7s);
  EXPECT_EQ(age(kPod, "b"), 0s);
  clock.advance(2s);
  EXPECT_EQ(age(kPod, "b"), 2s);
  EXPECT_EQ(age(kPod, "a"), 0s);
}

TEST_F(FirstSeenTest, KnowsTheMarkOfWhatIsThereHoweverLongNobodyAsksAndHoweverManyThereAre) {
  age(kPod, "m");
  see_more(0, FirstSeen::kLeast);
  clock.advance(200h);
  see_more(FirstSeen::kLeast, 5 * FirstSeen::kLeast);
  EXPECT_EQ(age(kPod, "m"), 200h);
  EXPECT_EQ(age(numbered(7), "m"), 200h);
}

TEST_F(FirstSeenTest, ForgetsWhatIsGoneBeforeThatIsMoreThanWhatIsThere) {
  age(kPod, "m");
  for (std::size_t round = 0; round < 20; ++round) {
    see_more(round * 1000, (round + 1) * 1000);
    there = {kPod};
  }
  EXPECT_LE(seen.size(), FirstSeen::kLeast);
  clock.advance(1h);
  EXPECT_EQ(age(kPod, "m"), 1h);
}

}  // namespace
}  // namespace rotor::kube
