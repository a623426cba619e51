#include "local/workload.hpp"

#include <gtest/gtest.h>

namespace rotor::local {
namespace {

using namespace std::chrono_literals;

const SteadyTime kNow{1h};

struct WorkloadCase {
  const char* name;
  WorkloadInput in;
  WorkloadAction expected;
};

class Workload : public testing::TestWithParam<WorkloadCase> {};

TEST_P(Workload, Decides) { EXPECT_EQ(decide(GetParam().in), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(
    Cases, Workload,
    testing::Values(
        WorkloadCase{"StartsWhatIsWanted", {true, "a", ProcessState::kNone, "", {}, kNow}, WorkloadAction::kStart},
        WorkloadCase{"LeavesWhatRuns", {true, "a", ProcessState::kRunning, "a", {}, kNow}, WorkloadAction::kNothing},
        WorkloadCase{
            "RestartsOnANewTemplate", {true, "b", ProcessState::kRunning, "a", {}, kNow}, WorkloadAction::kRestart},
        WorkloadCase{
            "StopsWhatIsNoLongerWanted", {false, "a", ProcessState::kRunning, "a", {}, kNow}, WorkloadAction::kStop},
        WorkloadCase{"LeavesWhatNeverRan", {false, "", ProcessState::kNone, "", {}, kNow}, WorkloadAction::kNothing},
        WorkloadCase{
            "RestsAfterACrash", {true, "a", ProcessState::kExited, "a", kNow + 1s, kNow}, WorkloadAction::kWait},
        WorkloadCase{"StartsAfterTheRest", {true, "a", ProcessState::kExited, "a", kNow, kNow}, WorkloadAction::kStart},
        WorkloadCase{
            "ANewTemplateOwesNoRest", {true, "b", ProcessState::kExited, "a", kNow + 1h, kNow}, WorkloadAction::kStart},
        WorkloadCase{"TriesAgainWhatWaits", {true, "a", ProcessState::kWaiting, "a", {}, kNow}, WorkloadAction::kStart},
        WorkloadCase{
            "OnceLetsBeWhatEnded", {true, "b", ProcessState::kExited, "a", kNow, kNow, true}, WorkloadAction::kNothing},
        WorkloadCase{"OnceLetsRunOnWhatRuns",
                     {true, "b", ProcessState::kRunning, "a", {}, kNow, true},
                     WorkloadAction::kNothing},
        WorkloadCase{
            "OnceStartsWhatWaited", {true, "a", ProcessState::kWaiting, "a", {}, kNow, true}, WorkloadAction::kStart},
        WorkloadCase{"ForgetsACrashOfWhatIsUnwanted",
                     {false, "a", ProcessState::kExited, "a", kNow, kNow},
                     WorkloadAction::kStop}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(CrashBackOff, DoublesFromTenSecondsToFiveMinutes) {
  const std::vector<Duration> expected = {0s, 10s, 20s, 40s, 80s, 160s, 300s, 300s};
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(crash_back_off(static_cast<int>(i) + 1), expected[i]) << i;
}

}  // namespace
}  // namespace rotor::local
