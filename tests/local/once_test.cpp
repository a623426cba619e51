#include "local/once.hpp"

#include <gtest/gtest.h>

namespace rotor::local {
namespace {

TEST(OnceTally, EndsWhenAllHaveEndedWithTheFirstCodeThatIsNotZeroInTheOrderOfTheManifests) {
  Once once({"ns/a", "ns/b", "ns/c"});
  for (const char* workload : {"ns/a", "ns/b", "ns/c"}) once.started(workload);
  once.ended("ns/c", 3);
  once.ended("ns/a", 0);
  EXPECT_EQ(once.exit_code(), std::nullopt);
  once.ended("ns/b", 143);
  EXPECT_EQ(once.exit_code(), 143);
  EXPECT_TRUE(once.reasons().empty());
}

TEST(OnceTally, IsZeroWhenAllAre) {
  Once once({"ns/a"});
  EXPECT_EQ(once.exit_code(), std::nullopt);
  once.started("ns/a");
  EXPECT_EQ(once.exit_code(), std::nullopt);
  once.ended("ns/a", 0);
  EXPECT_EQ(once.exit_code(), 0);
}

TEST(OnceTally, CountsWhatCannotStartAsOneAndKeepsTheReason) {
  Once once({"ns/a", "ns/b"});
  once.cannot_start("ns/a", "no such program");
  EXPECT_EQ(once.exit_code(), std::nullopt) << "the other one is still to come";
  once.started("ns/b");
  once.ended("ns/b", 7);
  EXPECT_EQ(once.exit_code(), 1);
  EXPECT_EQ(once.reasons(), std::vector<std::string>{"ns/a could not start: no such program"});
}

TEST(OnceTally, GivesUpOnWhatWaitsButNotOnWhatRuns) {
  Once once({"ns/a", "ns/b", "ns/c"});
  once.waits("ns/a", "secret \"s\" not found");
  once.started("ns/b");
  once.out_of_time();
  EXPECT_EQ(once.exit_code(), std::nullopt) << "ns/b runs";
  once.ended("ns/b", 0);
  EXPECT_EQ(once.exit_code(), 1);
  EXPECT_EQ(once.reasons().size(), 2U);
  EXPECT_EQ(once.reasons()[0], "ns/a could not start: secret \"s\" not found");
  EXPECT_TRUE(once.reasons()[1].starts_with("ns/c could not start: no pod was made"));
}

TEST(Once, LosesWhatWaitsInVainAndNoOther) {
  Once once({"ns/waits", "ns/runs", "ns/comes"});
  once.waits("ns/waits", "secret \"s\" not found");
  once.waits("ns/runs", "secret \"t\" not found");
  once.started("ns/runs");
  once.no_use_waiting();
  EXPECT_EQ(once.exit_code(), std::nullopt) << "one runs, and of one nothing is known yet";
  EXPECT_EQ(once.reasons(), std::vector<std::string>{"ns/waits could not start: secret \"s\" not found"});
  once.ended("ns/runs", 0);
  once.ended("ns/comes", 0);
  EXPECT_EQ(once.exit_code(), 1);
}

}  // namespace
}  // namespace rotor::local
